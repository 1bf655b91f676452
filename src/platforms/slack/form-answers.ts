import type { ViewSubmitAction } from '@slack/bolt';
import type { ChatRequest } from '../../domain/chat-platform.ts';
import type { RawValue } from '../../domain/command.ts';
import type { Bot } from './bot.ts';
import { fileRefs } from './file-ref.ts';
import type { FormOrigin } from './form-view.ts';
import type { SlackPlace } from './place.ts';
import { askedBy, personOf, teamOf } from './receive.ts';

type Answer = ViewSubmitAction['view']['state']['values'][string][string];

/**
 * A form that was filled in, in the place where it was opened. A view can be submitted once, so its id is the request's.
 * Undefined when it is no form of ours. Pure. Source: docs.slack.dev, "View interaction payloads", read 2026-11.
 */
export function formRequest(body: ViewSubmitAction, { team }: Bot, seconds: number): ChatRequest | undefined {
  const { view, user } = body;
  const origin = readOrigin(view.private_metadata);
  if (!origin) return undefined;
  const { key, ...where } = origin;
  const person = personOf(teamOf(body) ?? team, user.id, user.name);
  const place: SlackPlace = { platform: 'slack', ...where, team, since: seconds, ...askedBy(person) };
  const blocks = Object.entries(view.state.values);
  const answers = blocks.map(([name, block]) => [name, given(Object.values(block)[0], team)]);
  const values = Object.fromEntries(answers.filter(([, value]) => value !== undefined));
  return { id: view.id, person, admin: undefined, place, missing: [], ask: { form: key, values } };
}

function readOrigin(text: string): FormOrigin | undefined {
  try {
    const origin = JSON.parse(text) as Partial<FormOrigin>;
    return origin.key && origin.channel ? (origin as FormOrigin) : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined where nothing was filled in. */
function given(answer: Answer | undefined, team: string): RawValue | undefined {
  switch (answer?.type) {
    case 'plain_text_input':
      return answer.value || undefined;
    case 'static_select':
      return answer.selected_option?.value;
    case 'file_input': {
      const files = fileRefs(answer.files, team);
      return files.length > 0 ? files : undefined;
    }
    default:
      return undefined;
  }
}
