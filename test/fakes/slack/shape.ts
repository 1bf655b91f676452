/** Says what JSON may look like and names every place where it doesn't; unknown keys are problems too. */

export interface Problem {
  /** JSON pointer into the checked value. */
  readonly pointer: string;
  readonly message: string;
}

export type Check = (value: unknown, pointer: string, problems: Problem[]) => void;

export type Json = Record<string, unknown>;

export const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Lengths are in UTF-16 units, which is never more generous than counting characters. */
export function text(limits: { min?: number; max?: number; pattern?: RegExp } = {}): Check {
  const { min = 1, max = Number.POSITIVE_INFINITY, pattern } = limits;
  return (value, pointer, problems) => {
    const say = (message: string) => problems.push({ pointer, message });
    if (typeof value !== 'string') return void say('must be a string');
    if (value.length < min) say(`must be more than ${min - 1} characters`);
    if (value.length > max) say(`must be less than ${max + 1} characters`);
    if (pattern && !pattern.test(value)) say(`must match ${pattern}`);
  };
}

export function whole(min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER): Check {
  return (value, pointer, problems) => {
    if (!Number.isSafeInteger(value) || (value as number) < min || (value as number) > max)
      problems.push({ pointer, message: `must be a whole number from ${min} to ${max}` });
  };
}

export const number: Check = (value, pointer, problems) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) problems.push({ pointer, message: 'must be a number' });
};

export const flag: Check = (value, pointer, problems) => {
  if (typeof value !== 'boolean') problems.push({ pointer, message: 'must be true or false' });
};

export function oneOf(...allowed: (string | number)[]): Check {
  return (value, pointer, problems) => {
    if (!allowed.includes(value as string)) problems.push({ pointer, message: `must be one of ${allowed.join(', ')}` });
  };
}

export function list(item: Check, limits: { min?: number; max?: number; unique?: boolean } = {}): Check {
  const { min = 0, max = Number.POSITIVE_INFINITY, unique = false } = limits;
  return (value, pointer, problems) => {
    if (!Array.isArray(value)) return void problems.push({ pointer, message: 'must be an array' });
    if (value.length < min) problems.push({ pointer, message: `must have at least ${min} items` });
    if (value.length > max) problems.push({ pointer, message: `no more than ${max} items allowed` });
    if (unique && new Set(value.map((one) => JSON.stringify(one))).size < value.length)
      problems.push({ pointer, message: 'items must be unique' });
    for (const [index, one] of value.entries()) item(one, `${pointer}/${index}`, problems);
  };
}

export function record(required: Record<string, Check>, optional: Record<string, Check> = {}): Check {
  return (value, pointer, problems) => {
    if (!isRecord(value)) return void problems.push({ pointer, message: 'must be an object' });
    for (const key of Object.keys(required))
      if (value[key] === undefined) problems.push({ pointer, message: `missing required field: ${key}` });
    for (const [key, held] of Object.entries(value)) {
      const check = Object.hasOwn(required, key) ? required[key] : Object.hasOwn(optional, key) ? optional[key] : null;
      if (!check) problems.push({ pointer: `${pointer}/${key}`, message: `unknown field: ${key}` });
      else if (held !== undefined) check(held, `${pointer}/${key}`, problems);
    }
  };
}

/** Picks the check by the value's `type`. */
export function byType(cases: Record<string, Check>): Check {
  return (value, pointer, problems) => {
    if (!isRecord(value)) return void problems.push({ pointer, message: 'must be an object' });
    const check = typeof value.type === 'string' && Object.hasOwn(cases, value.type) ? cases[value.type] : undefined;
    if (check) check(value, pointer, problems);
    else problems.push({ pointer, message: `unsupported type: ${JSON.stringify(value.type)}` });
  };
}

export function all(...checks: Check[]): Check {
  return (value, pointer, problems) => {
    for (const check of checks) check(value, pointer, problems);
  };
}

/** For conditions between fields: a sentence when something is wrong. */
export function when(complaint: (value: Json) => string | undefined): Check {
  return (value, pointer, problems) => {
    const message = isRecord(value) ? complaint(value) : undefined;
    if (message) problems.push({ pointer, message });
  };
}

export function problemsIn(check: Check, value: unknown, pointer = ''): Problem[] {
  const problems: Problem[] = [];
  check(value, pointer, problems);
  return problems;
}
