import type { Generated } from 'kysely';

/**
 * The tables, the same on SQLite and PostgreSQL: text ids, whole milliseconds, whole credits, JSON as text, 0 and 1 for
 * no and yes.
 */
export interface Schema {
  accounts: AccountsTable;
  entries: EntriesTable;
  jobs: JobsTable;
  queue_clock: { id: number; turn: number };
  pictures: PicturesTable;
  calls: CallsTable;
  families: FamiliesTable;
  lineage: LineageTable;
  shown: ShownTable;
  /** Which job's pictures a message or file shows. */
  shown_messages: { message: string; job: string };
  /** What each thread is about. */
  threads: { thread: string; job: string; position: number | null };
  answers: AnswersTable;
  /** The blobs that an edit begins with: as they were given, and as the service gets them. */
  input_blobs: { job: string; blob: string };
  /** Blobs that jobs have let go of, until it is settled whether they go. */
  leaving: { blob: string };
  /** Who is to be forgotten, with all they asked for until then (ms since 1970). */
  forgetting: { person: string; until: number };
  pace_slots: PaceSlotsTable;
  /** The pictures that were asked for in the last minute, by the slot that they were asked for in. */
  pace_images: { id: string; service: string; at: number; count: number };
  cache: { key: string; value: string; expires_at: number | null };
}

/** One row per person; what it says is the sum of the entries, kept here so that a hold is one conditional update. */
interface AccountsTable {
  person: string;
  available: number;
  held: number;
}

/** Append-only: `amount` credits went from `source` to `target`. */
interface EntriesTable {
  seq: Generated<number>;
  key: string;
  kind: string;
  source: string;
  target: string;
  amount: number;
  person: string | null;
  job: string | null;
  by_person: string | null;
  reason: string | null;
  at: number;
}

export interface JobsTable {
  id: string;
  person: string;
  person_name: string;
  workspace: string;
  platform: string;
  place: string;
  request: string;
  quote: number;
  held: number;
  notes: string;
  state: string;
  attempt: number;
  /** Virtual time of fair queuing: a person's second waiting job has a later turn than everybody's first. */
  turn: number;
  lease_owner: string | null;
  /** 0: nobody holds it. */
  lease_until: number;
  ticket: string | null;
  provider: string | null;
  provider_request: string | null;
  charged: number | null;
  outcome: string | null;
  posting: number;
  cancel: number;
  /** 1 once the card shows how the job ended, as far as that could be shown. */
  told: number;
  created_at: number;
  started_at: number | null;
  ended_at: number | null;
  /** The first job of its family. Empty: itself, for what an older Easel took in beside this one. */
  family: string;
  /** Null until it is made, or when an older Easel made it. */
  version: number | null;
  /** What makes it the same as others; null where nothing is shared. */
  wish: string | null;
  /** The job whose pictures it gets too; null: it is made itself. */
  leader: string | null;
  made_at: number | null;
  lane: string;
  /** When its words were purged, or it was forgotten; null: they are kept. */
  words_gone_at: number | null;
  /** The same of its pictures, those that it began with included. */
  pictures_gone_at: number | null;
}

/** Which job's pictures answer a wish. */
interface AnswersTable {
  wish: string;
  job: string;
  bytes: number;
  made_at: number;
}

interface PicturesTable {
  job: string;
  position: number;
  blob: string;
  format: string;
  width: number;
  height: number;
  bytes: number;
}

/** One row per family that has a second version: the first is always version 1. */
interface FamiliesTable {
  family: string;
  newest_version: number;
}

/** The job `child` was made with the picture of `parent` at this position. */
interface LineageTable {
  child: string;
  parent: string;
  parent_position: number;
}

/** Where a job's pictures were posted. Without thread and channel: before that was written down. */
interface ShownTable {
  job: string;
  thread: string | null;
  channel: string | null;
  at: number;
  removed: number;
}

/** A call that is out at a service, or (`waiting` 1) a process that waits to send one. */
interface PaceSlotsTable {
  id: string;
  service: string;
  waiting: number;
  asked_at: number;
  lease_until: number;
}

export interface CallsTable {
  seq: Generated<number>;
  job: string;
  attempt: number;
  provider: string;
  model: string;
  quality: string;
  size: string;
  count: number;
  started_at: number;
  ended_at: number;
  outcome: string;
  request_id: string | null;
  organisation: string | null;
  text_in_tokens: number | null;
  image_in_tokens: number | null;
  image_out_tokens: number | null;
  delivered: number | null;
  list_micro_usd: number | null;
  billed_micro_usd: number | null;
  charged: number | null;
  absorbed: number | null;
  content_credentials: number | null;
}
