import type { RawValues } from '../domain/command.ts';
import { parseLine } from '../domain/command-text.ts';
import { checkValues } from '../domain/command-values.ts';
import type { EditWish } from '../domain/image.ts';
import type { ImageSource } from '../domain/image-source.ts';
import { isRefusal, type Refusal } from '../domain/refusal.ts';
import type { Parts } from './parts.ts';

/** The command that every way into an edit speaks through, so that options mean the same everywhere. */
function editCommand({ commands }: Pick<Parts, 'commands'>) {
  const edit = commands.find(({ name }) => name === 'edit');
  if (edit?.kind !== 'image') throw new RangeError('there is no command edit');
  return edit;
}

/** What /edit would plan of these values, about these pictures and then those that the values name. Never the newest. */
export function editWish(
  values: RawValues,
  sources: readonly ImageSource[],
  parts: Pick<Parts, 'commands'>,
): EditWish | Refusal {
  const edit = editCommand(parts);
  const checked = checkValues(edit.options, values);
  if (isRefusal(checked)) return checked;
  const wish = edit.plan(checked);
  if (isRefusal(wish)) return wish;
  if (wish.task !== 'edit') throw new RangeError('the command edit plans something else');
  const others = wish.sources.filter((source) => !('newest' in source));
  return { ...wish, sources: [...sources, ...others] };
}

/** The same of words, which may hold options: "make it blue quality:high". What is no option is part of the words. */
export function editWishOf(
  words: string,
  sources: readonly ImageSource[],
  parts: Pick<Parts, 'commands'>,
): EditWish | Refusal {
  const values = parseLine(editCommand(parts).options, words, 'words');
  return isRefusal(values) ? values : editWish(values, sources, parts);
}
