import { createHash } from 'node:crypto';
import type { WishKey } from '../domain/answers.ts';
import type { ImageRequest } from '../domain/image.ts';
import { type Person, type PersonId, type WorkspaceId, workspaceId } from '../domain/person.ts';

/**
 * SHA-256 over everything that decides the picture, and over who may share it. Previews and the hash of the person do not
 * decide it; a region does by the mask that was made of it.
 * @param placeholder whether it would be drawn by the stand-in: its pictures are never given out as real ones
 */
export function wishKey(person: Person, request: ImageRequest, placeholder: boolean): WishKey {
  const { task, model, prompt, size, quality, count, background, format, inputs, mask } = request;
  const look = [task, model, prompt, size.width, size.height, quality, count, background, format];
  const pictures = [inputs.map(({ blob }) => blob), mask?.blob ?? null];
  // JSON keeps every part apart from the next, whatever is in it.
  const whole = JSON.stringify([circleOf(person), placeholder, ...look, ...pictures]);
  return createHash('sha256').update(whole).digest('hex') as WishKey;
}

/** Whom a person shares pictures with: the team. Direct messages on Discord belong to no team, and are shared with nobody. */
const circleOf = ({ id, workspace }: Person): PersonId | WorkspaceId => (workspace === everybodys ? id : workspace);

const everybodys = workspaceId('discord', 'dm');
