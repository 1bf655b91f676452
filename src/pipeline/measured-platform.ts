import type { ChatPlatform, Responder, Thread } from '../domain/chat-platform.ts';
import type { Clock } from '../domain/clock.ts';
import type { Meter } from '../domain/metrics.ts';
import type { PlatformName } from '../domain/person.ts';

/** The same platform, with its answers timed and its posts and edits counted. */
export function measuredPlatform(platform: ChatPlatform, meter: Meter, clock: Clock): ChatPlatform {
  const { name } = platform;
  return {
    ...platform,
    start: (commands, receive) =>
      platform.start(commands, (request, respond) => receive(request, measuredAnswers(respond, name, meter, clock))),
    thread: (place, remember) => measuredThread(platform.thread(place, remember), name, meter),
  };
}

/** The first answer is what the person waits for. What comes later is not timed. */
function measuredAnswers(respond: Responder, platform: PlatformName, meter: Meter, clock: Clock): Responder {
  const askedAt = clock.now();
  let isAnswered = false;
  const answered = () => {
    if (!isAnswered) meter.observe('easel_acknowledgement_seconds', { platform }, (clock.now() - askedAt) / 1000);
    isAnswered = true;
  };
  return {
    async tell(text) {
      await respond.tell(text);
      answered();
    },
    async announce(root) {
      const place = await failing(() => respond.announce(root), platform, 'post', meter);
      answered();
      meter.count('easel_platform_posts_total', { platform });
      return place;
    },
    async open(form) {
      const isOpen = await respond.open(form);
      if (isOpen) answered();
      return isOpen;
    },
  };
}

function measuredThread(thread: Thread, platform: PlatformName, meter: Meter): Thread {
  const post = async (run: () => Promise<void>) => {
    await failing(run, platform, 'post', meter);
    meter.count('easel_platform_posts_total', { platform });
  };
  return {
    ...thread,
    open: (opening) => failing(() => thread.open(opening), platform, 'open', meter),
    async update(card) {
      await failing(() => thread.update(card), platform, 'edit', meter);
      meter.count('easel_platform_edits_total', { platform });
    },
    post: (result, lookFirst) => post(() => thread.post(result, lookFirst)),
    say: (text) => post(() => thread.say(text)),
  };
}

async function failing<Done>(
  run: () => Promise<Done>,
  platform: PlatformName,
  operation: 'open' | 'edit' | 'post',
  meter: Meter,
): Promise<Done> {
  try {
    return await run();
  } catch (error) {
    meter.count('easel_platform_failures_total', { platform, operation });
    throw error;
  }
}
