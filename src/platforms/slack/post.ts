import type { Remember, Thread } from '../../domain/chat-platform.ts';
import { Fault } from '../../domain/fault.ts';
import type { Place } from '../../domain/job.ts';
import { slackError } from './faults.ts';
import { aloud, type NameAsker, quietly } from './naming.ts';
import { lookOnce, postPictures } from './pictures.ts';
import { type Learnt, type SlackPlace, slackPlace, threadOf } from './place.ts';
import { findPosted, postOnce } from './post-once.ts';
import { dropPreview, type PreviewFile } from './preview.ts';
import { buttonRow, cardWords, words } from './render.ts';
import { asWritten, forJob, noPreviews, type SlackApi } from './slack-api.ts';

/** Slack takes files of 1 GB, far more than any picture. */
const pictureBytesMax = 1_000_000_000;

/** Shared by all threads of one process. */
export interface Posts {
  readonly slack: SlackApi;
  readonly previewFile: PreviewFile;
  /** The place with what its asker is called. */
  readonly named: NameAsker;
  /** True once for a root that this process has just posted: nothing else can be in its thread yet. */
  isFresh(place: SlackPlace): boolean;
}

/** Shows one job. Every message is looked for before it is posted, wherever an earlier try may have got that far. */
export function slackThread({ slack, previewFile, named, isFresh }: Posts, place: Place, remember: Remember): Thread {
  let at = slackPlace(place);
  let newestUpdate = 0;

  const grow = async (learnt: Learnt) => {
    at = { ...at, ...learnt };
    await remember(at);
  };

  return {
    pictureBytesMax: () => pictureBytesMax,

    async open({ job, root, card }) {
      const line = forJob(slack, job);
      if (!at.root) {
        at = await named(at);
        const { ts } = await postOnce(line, { role: 'root', job, place: at, words: words(root, quietly(at)) }, true);
        await grow({ root: ts });
      }
      if (at.card) return;
      const lookFirst = !isFresh(at);
      const shown = cardWords(card, quietly(at), undefined);
      const { ts } = await postOnce(line, { role: 'card', job, place: at, words: shown }, lookFirst);
      await grow({ card: ts });
    },

    async update(card) {
      const update = ++newestUpdate;
      const { channel, card: ts, preview: before = '' } = at;
      if (!ts) throw new Fault('unreachable', 'there is no card to update yet');
      const preview = await previewFile(card.preview);
      // While the preview was on its way, a newer card has been shown.
      if (update !== newestUpdate) return;
      const message = { channel, ts, ...cardWords(card, quietly(at), preview), ...asWritten };
      await slack.progress('updating the card', (web) => web.chat.update(message));
      if (preview === before || (!preview && !before)) return;
      await grow({ preview: preview ?? '' });
      if (before) await dropPreview(slack, before);
    },

    async post({ job, text, pictures, buttons }, lookFirst) {
      if (at.result) return;
      const line = forJob(slack, job);
      const there = lookFirst ? await findPosted(line, { role: 'result', job, place: at }) : undefined;
      if (there) return grow({ result: there.ts, files: filesIn(there.note) });
      await postPictures(line, at, pictures, grow);
      const { files = [] } = at;
      const said = words(text, aloud(at));
      const message = { text: said.text, blocks: [...said.blocks, ...buttonRow(buttons)] };
      const note = { files: files.join(' ') };
      const { ts } = await postOnce(line, { role: 'result', job, place: at, words: message, note }, false);
      await grow({ result: ts });
    },

    async say(text) {
      const thread = threadOf(at);
      const message = {
        channel: at.channel,
        ...(thread ? { thread_ts: thread } : {}),
        ...{ ...words(text, aloud(at)), ...asWritten, ...noPreviews },
      };
      await slack.inside(at.channel, () => slack.call('saying something', (web) => web.chat.postMessage(message)));
    },

    async remove() {
      const { channel, files = [], result } = at;
      const look = files.length > 0 ? await lookOnce(slack, channel, files) : undefined;
      const pictures = look?.is === 'posted' ? look.ts : undefined;
      for (const file of files) await gone(slack.call('removing a picture', (web) => web.files.delete({ file })));
      for (const ts of [pictures, result])
        if (ts) await gone(slack.call('removing a message', (web) => web.chat.delete({ channel, ts })));
    },
  };
}

const filesIn = (note: Readonly<Record<string, unknown>>): string[] =>
  typeof note.files === 'string' ? note.files.split(' ').filter(Boolean) : [];

const goneAlready = ['file_deleted', 'file_not_found', 'message_not_found', 'thread_not_found'];

/** Nothing is to be done about what is gone already. */
async function gone(removal: Promise<unknown>): Promise<void> {
  await removal.catch((error: unknown) => {
    if (!goneAlready.includes(slackError(error) ?? '')) throw error;
  });
}
