import type { App, BlockAction, MessageShortcut, ButtonAction as PressedButton, ViewSubmitAction } from '@slack/bolt';
import type { Bot } from './bot.ts';
import { formRequest } from './form-answers.ts';
import { formCallback } from './form-view.ts';
import type { InHand } from './in-hand.ts';
import { areOwn } from './members.ts';
import type { SlackPeople } from './people.ts';
import { pickedRequest } from './picked.ts';
import { buttonRequest, commandRequest, teamOf } from './receive.ts';
import { recentIds } from './recent-ids.ts';
import { editShortcut } from './register.ts';
import { concernsEasel, isToEasel, type SaidEvent, saidId, saidRequest, teamsOf } from './said.ts';
import type { SlackApi } from './slack-api.ts';

const recentMax = 10_000;

/** Everything that people can do in Slack, as requests. */
export function listen(app: App, slack: SlackApi, bot: Bot, people: SlackPeople, inHand: InHand): void {
  const { log, clock } = slack;
  const recent = recentIds(recentMax);
  const seconds = () => Math.floor(clock.now() / 1000);

  app.command(/^\//, async ({ command, ack }) => {
    await inHand.hear(commandRequest(command, bot, seconds()), {
      ack: (answer) => ack(answer as Parameters<typeof ack>[0]),
      responseUrl: command.response_url,
      trigger: command.trigger_id,
      teams: [command.team_id],
    });
  });

  // Nothing can be said in the acknowledgement of what follows, so there is nothing to wait for.
  app.action({ type: 'block_actions', action_id: /^easel:/ }, async ({ body, action, ack }) => {
    await ack();
    const pressed = body as BlockAction;
    const request = buttonRequest(pressed, action as PressedButton, bot, seconds());
    const { response_url: responseUrl, trigger_id: trigger } = pressed;
    if (request) await inHand.hear(request, { responseUrl, trigger, teams: [teamOf(pressed)] });
  });

  app.shortcut({ type: 'message_action', callback_id: editShortcut.callback_id }, async ({ body, ack }) => {
    await ack();
    const picked = body as MessageShortcut;
    const request = pickedRequest(picked, bot, seconds());
    // What goes to this address stands in the channel, never in a thread.
    const responseUrl = request.place.newThread ? picked.response_url : undefined;
    await inHand.hear(request, { responseUrl, trigger: picked.trigger_id, teams: [teamOf(picked)] });
  });

  app.view({ type: 'view_submission', callback_id: formCallback }, async ({ body, ack }) => {
    await ack();
    const filled = body as ViewSubmitAction;
    const request = formRequest(filled, bot, seconds());
    if (request) await inHand.hear(request, { teams: [teamOf(filled)] });
  });

  /** Bolt has acknowledged it. What names Easel in a channel comes as two events, and every one may come again. */
  async function said(event: SaidEvent, isShared: boolean | undefined): Promise<void> {
    if (!inHand.isOpen() || !concernsEasel(event, bot)) return;
    const named = teamsOf(event, bot, isShared);
    const isTalk = !isToEasel(event, bot);
    // Strangers are in shared channels only, and their talk is dropped.
    if (isTalk && isShared !== false && !areOwn(named, bot.team)) return;
    await recent.once(saidId(event), async () => {
      // Talk counts only for whoever has asked for something before, so nobody needs to be asked who they are.
      const teams = isTalk ? [bot.team] : named;
      const received = await inHand.hear(saidRequest(event, bot, people, seconds()), { teams });
      return !received || !('ignored' in received);
    });
  }
  app.event('message', ({ event, body }) => said(event as SaidEvent, body.is_ext_shared_channel));
  app.event('app_mention', ({ event, body }) => said(event as SaidEvent, body.is_ext_shared_channel));

  app.event(/^(app_uninstalled|tokens_revoked)$/, async ({ event }) => {
    log.error({ event: event.type }, 'Easel was removed from the Slack workspace: install it again');
  });
  app.error(async (error) => log.error({ err: error }, 'a Slack request failed'));
}
