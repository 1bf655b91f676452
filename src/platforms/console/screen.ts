import type { Writable } from 'node:stream';
import type { Card, Stage } from '../../domain/card.ts';
import { clip, type Text } from '../../domain/text.ts';
import { cardLine, terminalText } from './render.ts';

/** The terminal: finished lines above, one live line below where there is a terminal to draw it on. */
export interface Screen {
  say(text: Text): void;
  card(number: number, card: Card): void;
}

const clearLine = '\r\u001b[2K';

const columnsOf = (output: Writable): number => ('columns' in output && Number(output.columns)) || 80;

/** @param live true on a terminal; elsewhere every stage is one line, so that logs and pipes stay readable */
export function screen(output: Writable, live: boolean): Screen {
  const shown = new Map<number, Stage>();
  let liveLine = false;
  const write = (words: string) => {
    output.write(`${liveLine ? clearLine : ''}${words}\n`);
    liveLine = false;
  };
  const over = (stage: Stage) => stage === 'done' || stage === 'ended' || stage === 'paused';
  return {
    say: (text) => write(terminalText(text, live)),
    card(number, card) {
      const changed = shown.get(number) !== card.stage;
      shown.set(number, card.stage);
      if (live && !over(card.stage)) {
        // Plain and short enough for one row, or clearing it would leave the rest behind.
        output.write(
          `${liveLine ? clearLine : ''}${clip(`#${number}  ${cardLine(card, false)}`, columnsOf(output) - 1)}`,
        );
        liveLine = true;
      } else if (changed) write(`#${number}  ${cardLine(card, live)}`);
      if (over(card.stage)) shown.delete(number);
    },
  };
}
