import { type JobId, jobId } from '../../src/domain/job.ts';
import type { People, Result, Who } from './people.ts';
import { patienceMs, type Town } from './town.ts';

const asJob = ({ requestId }: { readonly requestId: string }): JobId => jobId('slack', requestId);
const saidJob = ({ channel, ts }: { readonly channel: string; readonly ts: string }): JobId =>
  jobId('slack', `${channel}-${ts}`);

/** Events of channels that Easel is not in do not reach it. */
const heardIn = (channel: string): string => (channel === '#lobby' ? '#studio' : channel);

export function slackPeople({ slack, links }: Town): People {
  const results = (): Result[] =>
    slack.messages('#studio').flatMap(({ blocks, channel, ts, threadTs }) => {
      const job = jobOnButton(blocks, 'again') as JobId | undefined;
      return job ? [{ job, id: ts, channel, ...(threadTs ? { thread: threadTs } : {}) }] : [];
    });
  const say = ({ user, channel }: Who, words: string, more: object = {}): JobId =>
    saidJob(slack.message(`@easel ${words}`, { user, channel: heardIn(channel), ...more }));
  const formsOf = (user: string, key: string): string[] =>
    slack
      .views()
      .filter((open) => open.user === slack.user(user).id && keyOf(open.view) === key)
      .map(({ id }) => id);
  const button = ({ user }: Who, { id, channel }: Result, label: string) =>
    slack.button(id, `easel:${label.toLowerCase()}`, user, { channel });

  return {
    results,
    imagine: (who, words, { count, quality }) =>
      asJob(slack.command('/imagine', `${words} count:${count} quality:${quality} fresh:true`, who)),
    edit(who, words, picture, region) {
      const line = `${words} image:${links.serve(picture)} quality:low${region ? ` region:${region}` : ''}`;
      return asJob(slack.command('/edit', line, who));
    },
    mention: (who, words, picture) => say(who, words, { files: [picture] }),
    reply: ({ user }, { channel, thread, id }, words) => say({ user, channel }, words, { threadTs: thread ?? id }),
    press: (who, result, label) => asJob(button(who, result, label)),

    async fill(who, result, label, filling, over) {
      const key = `${label.toLowerCase()}.${result.job}`;
      const before = new Set(formsOf(who.user, key));
      button(who, result, label);
      const opened = () => formsOf(who.user, key).find((id) => !before.has(id));
      await slack.until(() => over.aborted || opened(), patienceMs);
      const form = opened();
      if (over.aborted || !form) return undefined;
      slack.viewSubmit(form, filling, who.user);
      // A form is sent off once, however often Slack tells of it.
      return asJob({ requestId: form });
    },

    async cancel({ user }, job, over, pressing) {
      const card = () => slack.messages().find(({ blocks }) => jobOnButton(blocks, 'cancel') === job);
      await slack.until(() => over.aborted || card(), patienceMs);
      const there = card();
      if (!there || over.aborted) return;
      pressing();
      slack.button(there.ts, 'easel:cancel', user);
    },
  };
}

const keyOf = ({ private_metadata: origin }: Readonly<Record<string, unknown>>): string =>
  (JSON.parse(String(origin)) as { key: string }).key;

/** The job that a Slack message's button with this action is for. */
export function jobOnButton(blocks: readonly unknown[], action: string): string | undefined {
  const all = (blocks as { elements?: { action_id?: string; value?: string }[] }[]).flatMap(
    ({ elements }) => elements ?? [],
  );
  return all.find(({ action_id }) => action_id === `easel:${action}`)?.value;
}
