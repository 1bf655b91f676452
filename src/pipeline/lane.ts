import type { ChatRequest } from '../domain/chat-platform.ts';
import type { Lane } from '../domain/image-provider.ts';
import { isLaneOfRole, laneOf, type WorkspacePreferences } from '../domain/preferences.ts';
import { isAdmin, type Parts, type Ranks } from './parts.ts';

/** Nobody's acknowledgement waits longer for whether they are an admin. */
const patienceMs = 500;

/**
 * How whoever asks is served. The platform is asked whether they are an admin only where that matters and nothing has
 * said it yet; one that does not say in time makes them anyone, this once.
 */
export async function laneFor(
  { person, place, admin }: Pick<ChatRequest, 'person' | 'place' | 'admin'>,
  team: WorkspacePreferences,
  parts: Ranks & Pick<Parts, 'clock'>,
): Promise<Lane> {
  if (!isLaneOfRole(person.id, team)) return laneOf(person.id, false, team);
  const over = new AbortController();
  const late = parts.clock.sleep(patienceMs, over.signal).then(
    () => false,
    () => false,
  );
  const said = isAdmin(parts, person, place.platform, admin).catch(() => false);
  return laneOf(person.id, await Promise.race([said, late]).finally(() => over.abort()), team);
}
