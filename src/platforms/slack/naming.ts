import { nativeId, type PersonId, platformOf } from '../../domain/person.ts';
import type { SlackPeople } from './people.ts';
import type { SlackPlace } from './place.ts';

/** How people are named: so that Slack knows and calls them, or only written down. */
export type Naming = (person: PersonId) => { readonly mention: string } | { readonly shown: string };

/** The user's own part of `slack:TEAM/USER`. */
export const userOf = (person: PersonId): string => nativeId(person).split('/').at(-1) ?? '';

/** Resolves to the place with what its asker is called, where only their id is known: events carry no names. */
export type NameAsker = (place: SlackPlace) => Promise<SlackPlace>;

export const askerNamed =
  (people: SlackPeople): NameAsker =>
  async (place) => {
    const { asker, askerName } = place;
    if (!asker || askerName !== userOf(asker)) return place;
    const name = (await people(askerName))?.name;
    return name ? { ...place, askerName: name } : place;
  };

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
