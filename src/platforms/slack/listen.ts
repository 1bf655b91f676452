import type { App, BlockAction, MessageShortcut, ButtonAction as PressedButton, ViewSubmitAction } from '@slack/bolt';
import { formRequest } from './form-answers.ts';
import { formCallback } from './form-view.ts';
import type { InHand } from './in-hand.ts';
import { slackNames } from './names.ts';
import { pickedRequest } from './picked.ts';
import { buttonRequest, commandRequest } from './receive.ts';
import { recentIds } from './recent-ids.ts';
import { editShortcut } from './register.ts';
import { concernsEasel, type SaidEvent, saidId, saidRequest } from './said.ts';
import type { SlackApi } from './slack-api.ts';

const recentMax = 10_000;

/** Who Easel is in its workspace, known once it has said hello. */
export interface Bot {
  team: string;
  id: string;
  user: string;
}

/** Everything that people can do in Slack, as requests. */
export function listen(app: App, slack: SlackApi, bot: Bot, inHand: InHand): void {
  const { log, clock } = slack;
  const names = slackNames(slack);
  const recent = recentIds(recentMax);
  const seconds = () => Math.floor(clock.now() / 1000);

  app.command(/^\//, ({ command, ack }) =>
    inHand.hear(commandRequest(command, seconds()), {
      ack: (answer) => ack(answer as Parameters<typeof ack>[0]),
      responseUrl: command.response_url,
      trigger: command.trigger_id,
    }),
  );

  // Nothing can be said in the acknowledgement of what follows, so there is nothing to wait for.
  app.action({ type: 'block_actions', action_id: /^easel:/ }, async ({ body, action, ack }) => {
    await ack();
    const pressed = body as BlockAction;
    const request = buttonRequest(pressed, action as PressedButton, seconds());
    if (request) await inHand.hear(request, { responseUrl: pressed.response_url, trigger: pressed.trigger_id });
  });

  app.shortcut({ type: 'message_action', callback_id: editShortcut.callback_id }, async ({ body, ack }) => {
    await ack();
    const picked = body as MessageShortcut;
    const request = pickedRequest(picked, seconds());
    // What goes to this address stands in the channel, never in a thread.
    const responseUrl = request?.place.newThread ? picked.response_url : undefined;
    if (request) await inHand.hear(request, { responseUrl, trigger: picked.trigger_id });
  });

  app.view({ type: 'view_submission', callback_id: formCallback }, async ({ body, ack }) => {
    await ack();
    const request = formRequest(body as ViewSubmitAction, seconds());
    if (request) await inHand.hear(request, {});
  });

  /** Bolt has acknowledged it. What names Easel in a channel comes as two events, and every one may come again. */
  async function said(event: SaidEvent, workspace: string): Promise<void> {
    if (!inHand.isOpen() || !concernsEasel(event, bot.user) || !recent.isNew(saidId(event))) return;
    await inHand.hear(await saidRequest(event, { workspace, bot: bot.user, names }, seconds()), {});
  }
  app.event('message', ({ event, body }) => said(event as SaidEvent, body.team_id));
  app.event('app_mention', ({ event, body }) => said(event as SaidEvent, body.team_id));

  app.event(/^(app_uninstalled|tokens_revoked)$/, async ({ event }) => {
    log.error({ event: event.type }, 'Easel was removed from the Slack workspace: install it again');
  });
  app.error(async (error) => log.error({ err: error }, 'a Slack request failed'));
}
