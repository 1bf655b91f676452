import type { Option, Options, RawValue, RawValues, Values } from './command.ts';
import type { GivenImage } from './image-source.ts';
import { type PersonId, readPersonId } from './person.ts';
import { isRefusal, type Refusal } from './refusal.ts';
import { counted, excerpt, nearest } from './text.ts';

/**
 * Checks what a platform or the text parser brought against the declared options. The platform's own checks are not
 * trusted: a client may send anything.
 */
export function checkValues(options: Options, raw: RawValues): Values<Options> | Refusal {
  const values: Record<string, string | number | boolean | PersonId | GivenImage | undefined> = {};
  for (const name of Object.keys(raw)) {
    if (!Object.hasOwn(options, name)) return unknownOption(name, options);
  }
  for (const [name, option] of Object.entries(options)) {
    const given = Object.hasOwn(raw, name) ? raw[name] : undefined;
    const missing = given === undefined || (typeof given === 'string' && given.trim() === '');
    if (missing && option.required) return unclear(`Say ${option.summary.toLowerCase()}: ${name} is missing.`);
    const value = missing ? undefined : checkValue(name, option, given);
    if (isRefusal(value)) return value;
    values[name] = value;
  }
  return values as Values<Options>;
}

type Given = string | number | boolean;
const isGiven = (raw: RawValue): raw is Given => typeof raw !== 'object';

/** What was given, short enough to be repeated in a sentence. */
const shown = (given: Given): string => `“${excerpt(String(given), 60)}”`;

function checkValue(name: string, option: Option, raw: RawValue): Given | GivenImage | Refusal {
  if (option.kind === 'image') return checkImage(raw);
  const given = isGiven(raw) ? raw : '';
  switch (option.kind) {
    case 'text':
    case 'word':
      return checkLength(name, option.maxLength, String(given));
    case 'integer':
      return checkInteger(name, option.min, option.max, given);
    case 'choice':
      return checkChoice(name, option.values, String(given));
    case 'flag':
      return checkFlag(name, given);
    case 'person':
      return readPersonId(String(given)) ?? unclear(`${name} must be a person, such as @ann; ${shown(given)} is not.`);
  }
}

function checkImage(raw: RawValue): GivenImage {
  if (isGiven(raw)) return { link: String(raw).trim() };
  const [file] = [raw].flat();
  return file === undefined ? { link: '' } : { file };
}

function checkLength(name: string, maxLength: number, text: string): string | Refusal {
  if (text.length <= maxLength) return text;
  return unclear(`${name} may have ${counted(maxLength, 'character')}; yours has ${text.length}.`, 'Shorten it.');
}

function checkInteger(name: string, min: number, max: number, given: Given): number | Refusal {
  const n = typeof given === 'number' ? given : /^[+-]?\d{1,15}$/.test(String(given)) ? Number(given) : Number.NaN;
  if (Number.isSafeInteger(n) && n >= min && n <= max) return n;
  const hint = Number.isFinite(n) ? `Try ${name}:${Math.min(Math.max(Math.round(n), min), max)}.` : undefined;
  return unclear(`${name} must be a whole number from ${min} to ${max}; ${shown(given)} is not.`, hint);
}

function checkChoice(name: string, values: readonly string[], given: string): string | Refusal {
  const wanted = given.toLowerCase();
  if (values.includes(wanted)) return wanted;
  const near = nearest(wanted, values);
  return unclear(`${name} is one of ${values.join(', ')}; ${shown(given)} is not.`, near && `Try ${name}:${near}.`);
}

function checkFlag(name: string, given: Given): boolean | Refusal {
  if (typeof given === 'boolean') return given;
  if (/^(true|yes|on|1)$/i.test(String(given))) return true;
  if (/^(false|no|off|0)$/i.test(String(given))) return false;
  return unclear(`${name} is yes or no; ${shown(given)} is neither.`);
}

/** The refusal for an option that does not exist: it names the nearest one that does. */
export function unknownOption(name: string, options: Options): Refusal {
  const names = Object.keys(options);
  const near = nearest(name, names);
  const what = `There is no option ${excerpt(name, 60)}.`;
  if (near) return unclear(what, `Did you mean ${near}?`);
  return unclear(
    what,
    names.length > 0 ? `There are ${names.join(', ')}. To have it in your words, put it in "quotes".` : undefined,
  );
}

function unclear(what: string, hint?: string): Refusal {
  return { refused: 'unclear', what, hint };
}
