import type { types } from '@slack/bolt';
import type { Form, FormField } from '../../domain/form.ts';
import { clip } from '../../domain/text.ts';
import { clean } from './pieces.ts';
import type { SlackPlace } from './place.ts';

export const formCallback = 'easel:form';
/** The one answer of each block. */
const answerId = 'answer';

const textMax = 3_000;
const filesMax = 10;
const filetypes = ['png', 'jpg', 'jpeg', 'webp', 'gif', 'heic', 'avif'];

/** What a form remembers of where it was opened, so that any process can take its answers. */
export interface FormOrigin {
  readonly key: string;
  readonly channel: string;
  readonly thread?: string;
  readonly newThread?: true;
  readonly ownThread?: true;
}

/**
 * A form as a modal. Source: docs.slack.dev, "Modals", "Input block" and the block elements, read 2026-11.
 * @param withFiles false leaves the fields for files out
 */
export function formView(form: Form, place: SlackPlace, withFiles: boolean): types.ModalView {
  const { channel, thread, newThread, ownThread } = place;
  const origin: FormOrigin = {
    ...{ key: form.key, channel },
    ...(thread ? { thread } : {}),
    ...(newThread ? { newThread } : {}),
    ...(ownThread ? { ownThread } : {}),
  };
  return {
    type: 'modal',
    callback_id: formCallback,
    private_metadata: JSON.stringify(origin),
    title: plain(form.title, 24),
    submit: plain(form.submit, 24),
    close: plain('Cancel', 24),
    blocks: form.fields.filter((field) => withFiles || !asksForFiles(field)).map(inputBlock),
  };
}

export const asksForFiles = ({ input }: FormField): boolean => input.kind === 'images';

const plain = (text: string, charactersMax: number) => ({
  type: 'plain_text' as const,
  text: clip(clean(text), charactersMax),
  emoji: false,
});

const inputBlock = (field: FormField): types.InputBlock => ({
  type: 'input',
  block_id: field.name,
  label: plain(field.label, 2_000),
  optional: !field.required,
  element: inputElement(field),
});

function inputElement({ input, labels = {}, placeholder }: FormField): types.InputBlock['element'] {
  const hint = placeholder ? { placeholder: plain(placeholder, 150) } : {};
  switch (input.kind) {
    case 'text':
      return {
        type: 'plain_text_input',
        action_id: answerId,
        multiline: true,
        max_length: Math.min(input.maxLength, textMax),
        ...hint,
      };
    case 'choice': {
      const options = input.values.map((value) => ({ text: plain(labels[value] ?? value, 75), value }));
      return { type: 'static_select', action_id: answerId, options, ...hint };
    }
    case 'images':
      return { type: 'file_input', action_id: answerId, max_files: Math.min(input.most, filesMax), filetypes };
  }
}
