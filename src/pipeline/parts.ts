import type { Keyv } from 'keyv';
import type { Logger } from 'pino';
import type { BlobStore } from '../domain/blob-store.ts';
import type { Catalogue } from '../domain/catalogue.ts';
import type { ChatPlatform } from '../domain/chat-platform.ts';
import type { Clock } from '../domain/clock.ts';
import type { Command } from '../domain/command.ts';
import type { Picture, Size } from '../domain/image.ts';
import type { ImageProvider } from '../domain/image-provider.ts';
import type { JobId } from '../domain/job.ts';
import type { Limiter } from '../domain/limiter.ts';
import type { Meter } from '../domain/metrics.ts';
import type { Pace } from '../domain/pace.ts';
import type { Person, PersonId, PlatformName } from '../domain/person.ts';
import type { Preferences } from '../domain/preferences.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { Region } from '../domain/region.ts';
import type { Store } from '../domain/store.ts';
import type { Health } from './health.ts';
import type { Standings } from './standings.ts';
import type { Wishes } from './wishes.ts';

/** What the steps of a request's journey are built from. `main.ts` fills it with concrete parts. */
export interface Parts {
  readonly store: Store;
  readonly blobs: BlobStore;
  /** In order of preference. */
  readonly providers: readonly ImageProvider[];
  /** Which of them have room. */
  readonly pace: Pick<Pace, 'room'>;
  readonly platforms: ReadonlyMap<PlatformName, ChatPlatform>;
  readonly commands: readonly Command[];
  readonly catalogue: Catalogue;
  readonly preferences: Preferences;
  readonly floods: Limiter;
  readonly previews: Previews;
  readonly inputs: InputPictures;
  /** What forms that are being filled in are about. Losable: the form is then opened again. */
  readonly forms: Keyv;
  /** Which hints a person has had. Losable: they then get one again. */
  readonly hints: Keyv;
  readonly wishes: Wishes;
  /** Which services are worth asking. */
  readonly health: Health;
  /** How they did lately. */
  readonly standings: Standings;
  /** From 0 to 1: for jitter, and for trying another service now and then. */
  readonly chance: () => number;
  /** Aborts when no more requests are taken. */
  readonly closing: AbortSignal;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told what the operator watches. */
  readonly meter: Meter;
  readonly rules: Rules;
  readonly errands: Errands;
  /** Jobs whose root message is being posted: their leases are kept too. */
  readonly announcing: Set<JobId>;
  /** Jobs whose place is being opened: whoever comes next waits, and then finds what is there. */
  readonly opening: Map<JobId, Promise<void>>;
  /** This process, as the leases name it. */
  readonly owner: string;
  /** A keyed hash of a person, for services that want to tell users apart. */
  hashPerson(person: PersonId): string;
  /** Who a person is in the books once they are forgotten. */
  pseudonym(person: PersonId): PersonId;
  /** What an address that a person gave leads to: at most `inputBytesMax`, from the public internet only. */
  fetchLink(address: string): Promise<Uint8Array | Refusal>;
  /** Tells the admins, once per event and day. Never throws. */
  alert(event: string, words: string): Promise<void>;
}

/** Work that nothing waits for, such as the last edit of a card, until Easel stops. */
export interface Errands {
  add(errand: Promise<void>): void;
  /** Resolves when all have ended, also those added meanwhile. */
  settled(): Promise<void>;
}

export interface Rules {
  readonly creditUsd: number;
  readonly userConcurrency: number;
  readonly userQueue: number;
  readonly userPerMinute: number;
  /** Previews to ask for while one picture of medium quality or better is made. */
  readonly partialImages: number;
  readonly admins: readonly PersonId[];
  /** How long what was made answers the same request again. 0: never, and nothing in flight is shared. */
  readonly cacheMs: number;
  /** How many bytes of originals may be remembered so, over all teams. */
  readonly cacheBytesMax: number;
}

/** A picture that people give must be smaller. Source: openai@7.55.0 resources/images.d.ts, read 2026-11. */
export const inputBytesMax = 50_000_000 - 1;

/** Looks at pictures that people give, decoding each of them once, and makes of them what the service takes. */
export interface InputPictures {
  /** PNG, JPEG and WebP as they are, unless they must be turned or made smaller; what else can be read, converted. */
  prepare(bytes: Uint8Array, name: string): Promise<Picture | Refusal>;
  /** A mask for a picture of this size: a PNG as large, transparent where that may change. */
  mask(bytes: Uint8Array, name: string, size: Size): Promise<Picture | Refusal>;
  maskOf(region: Region, size: Size): Promise<Picture>;
}

/** Small and smaller pictures to look at. The originals stay as they are. */
export interface Previews {
  /** A small picture for a card, with a part of it outlined. Undefined when the bytes are no picture. */
  small(bytes: Uint8Array, outlined?: Region): Promise<Uint8Array | undefined>;
  /** The picture encoded again to at most `bytesMax`; undefined when even that does not fit. */
  fit(bytes: Uint8Array, bytesMax: number): Promise<Uint8Array | undefined>;
}

export function platformFor(parts: Pick<Parts, 'platforms'>, name: PlatformName): ChatPlatform {
  const platform = parts.platforms.get(name);
  if (!platform) throw new RangeError(`the platform ${name} is off in this process`);
  return platform;
}

/** What tells who is an admin. */
export interface Ranks extends Pick<Parts, 'platforms'> {
  readonly rules: Pick<Rules, 'admins'>;
}

/** Admins are those named in the configuration, and whoever the platform says manages the workspace. */
export async function isAdmin(
  parts: Ranks,
  person: Person,
  platform: PlatformName,
  told: boolean | undefined,
): Promise<boolean> {
  if (parts.rules.admins.includes(person.id)) return true;
  return told ?? (await platformFor(parts, platform).isAdmin(person));
}
