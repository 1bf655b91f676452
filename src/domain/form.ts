import type { Option } from './command.ts';

/** One thing to fill in. Its kind, limits and values are those of the option it stands for. */
export interface FormField {
  readonly name: string;
  /** At most 45 characters, which every platform takes. */
  readonly label: string;
  readonly input:
    | Extract<Option, { kind: 'text' | 'choice' }>
    /** Up to `most` pictures. Left out where Easel may not read files. */
    | { readonly kind: 'images'; readonly most: number };
  readonly required: boolean;
  /** What each value of a choice is called, where that says more than the value itself. Data. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly placeholder?: string;
}

/** Questions that a platform asks in a window of its own. The answers come back as a request with the same key. */
export interface Form {
  /** What it is about, for the pipeline: at most 80 of `[A-Za-z0-9_.-]`. */
  readonly key: string;
  /** At most 24 characters. */
  readonly title: string;
  readonly submit: string;
  /** The most important first: a platform that shows fewer leaves out the last. */
  readonly fields: readonly FormField[];
}
