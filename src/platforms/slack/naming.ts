import { nativeId, type PersonId, platformOf } from '../../domain/person.ts';
import type { SlackPlace } from './place.ts';

/** How people are named: so that Slack knows and calls them, or only written down. */
export type Naming = (person: PersonId) => { readonly mention: string } | { readonly shown: string };

/** The user's own part of `slack:TEAM/USER`. */
export const userOf = (person: PersonId): string => nativeId(person).split('/').at(-1) ?? '';

/** Names everybody, for where only one person reads and nobody is called. */
export const privately: Naming = (person) =>
  platformOf(person) === 'slack' ? { mention: userOf(person) } : { shown: `@${userOf(person)}` };

/** Calls the person who asked, and writes down everybody else. */
export const aloud =
  ({ asker }: SlackPlace): Naming =>
  (person) =>
    person === asker ? privately(person) : { shown: `@${userOf(person)}` };

/** Calls nobody: a ping for one's own request, or for waiting, is noise. */
export const quietly =
  ({ asker, askerName }: SlackPlace): Naming =>
  (person) => {
    if (person !== asker) return { shown: `@${userOf(person)}` };
    // Only a place where nobody else reads comes without the name.
    return askerName ? { shown: `@${askerName}` } : privately(person);
  };
