import { readMetrics, type Sample } from '../web/metrics-text.ts';
import { type Chat, cardSaying, results } from './chats.ts';
import type { Studio } from './studio.ts';

/** The page of metrics, as Prometheus reads it. */
export async function scraped(place: Pick<Studio, 'web'>): Promise<Sample[]> {
  const answer = await fetch(`http://127.0.0.1:${place.web().port}/metrics`);
  if (answer.status !== 200) throw new RangeError(`/metrics answers ${answer.status}`);
  return readMetrics(await answer.text());
}

/** One of everything that counts: a picture, a change of it, the same again, a no by the service, a fault, a no by Easel. */
export async function oneOfEverything(place: Studio, chat: Chat): Promise<void> {
  const { clock, openai } = place;
  const before = (await results(chat, 0)).length;
  chat.command('imagine', { prompt: 'a red fox' });
  const first = (await results(chat, before + 1)).at(-1);
  if (!first) throw new RangeError('nothing was posted');
  chat.say('make it blue', { to: first, mention: true });
  await clock.flyUntil(results(chat, before + 2));
  chat.command('imagine', { prompt: 'a red fox' }, { user: chat.other });
  await clock.flyUntil(results(chat, before + 3));

  openai.next('moderation-input');
  chat.command('imagine', { prompt: 'something bad' });
  await cardSaying(place, chat, 'The image service declined');
  openai.always('server-error');
  chat.command('imagine', { prompt: 'an unlucky fox' });
  await cardSaying(place, chat, 'The image service could not be reached');
  openai.always(null);
  await chat.command('imagine', { prompt: 'a fox', shape: 'crooked' }).told();
  await clock.flyUntil(place.easel().idle());
}
