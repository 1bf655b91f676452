import { Fault } from '../../domain/fault.ts';
import type { PersonId } from '../../domain/person.ts';
import { userOf } from './naming.ts';
import type { SlackApi } from './slack-api.ts';

/** The id of the conversation with a person alone. @throws Fault */
export async function directChannel(slack: SlackApi, person: PersonId): Promise<string> {
  const { channel } = await slack.call('opening a direct conversation', (web) =>
    web.conversations.open({ users: userOf(person) }),
  );
  if (!channel?.id) throw new Fault('no-access', 'Slack opened no direct conversation');
  return channel.id;
}
