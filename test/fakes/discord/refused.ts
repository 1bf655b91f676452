/** Everything Discord says no with: HTTP status and JSON error code, in its own words. */

/** Where a wrong field stands and what is wrong with it. */
export interface Problem {
  readonly path: readonly (string | number)[];
  readonly code: string;
  readonly message: string;
}

const answers = {
  10003: [404, 'Unknown Channel'],
  10004: [404, 'Unknown Guild'],
  10007: [404, 'Unknown Member'],
  10008: [404, 'Unknown Message'],
  10013: [404, 'Unknown User'],
  10015: [404, 'Unknown Webhook'],
  10062: [404, 'Unknown interaction'],
  10063: [404, 'Unknown application command'],
  30015: [400, 'Maximum number of attachments in a message reached (10)'],
  30032: [400, 'Maximum number of application commands reached (100)'],
  30034: [429, 'Max number of daily application command creates has been reached (200)'],
  40005: [413, 'Request entity too large'],
  40060: [400, 'Interaction has already been acknowledged.'],
  40333: [403, 'internal network error'],
  50001: [403, 'Missing Access'],
  50003: [403, 'Cannot execute action on a DM channel'],
  50005: [403, 'Cannot edit a message authored by another user'],
  50006: [400, 'Cannot send an empty message'],
  50007: [403, 'Cannot send messages to this user'],
  50008: [400, 'Cannot send messages in a non-text channel'],
  50013: [403, 'Missing Permissions'],
  50024: [400, 'Cannot execute action on this channel type'],
  50027: [401, 'Invalid Webhook Token'],
  50033: [400, 'Invalid Recipient(s)'],
  50035: [400, 'Invalid Form Body'],
  50083: [400, 'Thread is archived'],
  50109: [400, 'The request body contains invalid JSON.'],
  50146: [400, 'Uploaded file not found.'],
  50278: [403, 'Cannot send messages to this user due to having no mutual guilds'],
  160002: [403, 'Cannot reply without permission to read message history'],
  160004: [400, 'A thread has already been created for this message'],
  160005: [400, 'Thread is locked'],
} as const satisfies Record<number, readonly [number, string]>;

export type RefusalCode = keyof typeof answers;

/** A request the platform does not carry out. `body` is what the client reads. */
export class Refused extends Error {
  readonly status: number;
  readonly body: { readonly code: number; readonly message: string; readonly errors?: object };
  constructor(status: number, body: Refused['body']) {
    super(`${status} ${body.code} ${body.message}${body.errors ? ` ${JSON.stringify(body.errors)}` : ''}`);
    this.status = status;
    this.body = body;
  }
}

/** Source: docs.discord.com, "Opcodes and Status Codes"; the HTTP status as seen in public reports. */
export function refused(code: RefusalCode): Refused {
  const [status, message] = answers[code];
  return new Refused(status, { message, code });
}

/** 50035 with the nested `errors` tree. Source: docs.discord.com, "API Reference", error messages. */
export function invalidForm(problems: readonly Problem[]): Refused {
  const errors: Record<string, unknown> = {};
  for (const { path, code, message } of problems) {
    let node = errors;
    for (const step of path) {
      node[step] ??= {};
      node = node[step] as Record<string, unknown>;
    }
    node._errors = [...((node._errors as object[] | undefined) ?? []), { code, message }];
  }
  return new Refused(400, { message: 'Invalid Form Body', code: 50035, errors });
}

export function wrongField(path: readonly (string | number)[], code: string, message: string): Refused {
  return invalidForm([{ path, code, message }]);
}

/** The JSON every unknown route and every wrong token gets. */
export function plainly(status: 401 | 404 | 405 | 500, message: string): Refused {
  return new Refused(status, { message: `${status}: ${message}`, code: 0 });
}
