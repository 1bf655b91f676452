import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Button, Card } from '../../domain/card.ts';
import type { Remember, Thread } from '../../domain/chat-platform.ts';
import type { Shown } from '../../domain/gallery.ts';
import type { JobId, Place } from '../../domain/job.ts';
import { lines, type Text } from '../../domain/text.ts';
import type { Screen } from './screen.ts';

/** What the console keeps of a job: its number, once one is given, and the files once they are written. */
interface ConsolePlace extends Place {
  readonly platform: 'console';
  readonly number: number;
  readonly files?: readonly string[];
  /** The job whose pictures they are. */
  readonly job?: JobId;
}

export const consolePlace = (number: number): ConsolePlace => ({ platform: 'console', number });

export const pictureKey = (job: JobId): string => `console:${job}`;

/** All that is shown on a terminal is one conversation. */
export function consoleShown(place: Place): Shown {
  const { job } = place as ConsolePlace;
  return { thread: 'console', channel: 'console', messages: job ? [pictureKey(job)] : [], own: true };
}

/** What to type for a button, and what it does where the word does not say that. */
function howTo({ action, label }: Button, number: number): string {
  const does = label.toLowerCase();
  return `${action} ${number}${does === action ? '' : ` (${does})`}`;
}

export interface Desk {
  /** Where pictures are written. */
  readonly folder: string;
  readonly screen: Screen;
  /** True when somebody can type `again 1`. */
  readonly typed: boolean;
}

/** Where a job is shown on the terminal. Pictures are files; writing them again changes nothing. */
export function consoleThread(given: Place, remember: Remember, { folder, screen, typed }: Desk): Thread {
  let place = given as ConsolePlace;
  const show = (card: Card) => screen.card(place.number, card);
  return {
    pictureBytesMax: () => Number.POSITIVE_INFINITY,
    async open({ card }) {
      // The root message has just said that it waits.
      if (card.stage !== 'waiting') show(card);
    },
    async update(card) {
      show(card);
    },
    async post({ job, text, pictures, buttons }) {
      await mkdir(folder, { recursive: true });
      const files = pictures.map(({ format }, position) => path.join(folder, `${job}-${position + 1}.${format}`));
      await Promise.all(pictures.map(({ bytes }, position) => writeFile(files[position] ?? '', bytes)));
      if (place.files === undefined) {
        place = { ...place, files, job };
        await remember(place);
        const shown = files.map((file): Text => [{ bold: path.relative(process.cwd(), file) }]);
        const words = buttons.filter(({ disabled }) => !disabled).map((button) => howTo(button, place.number));
        screen.say(lines(`#${place.number}`, text, ...shown, typed ? [{ quiet: words.join(' · ') }] : undefined));
      }
    },
    async say(text) {
      screen.say(text);
    },
    async remove() {
      await Promise.all((place.files ?? []).map((file) => rm(file, { force: true })));
    },
  };
}
