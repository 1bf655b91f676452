export type Environment = Readonly<Record<string, string | undefined>>;

export type Reader = ReturnType<typeof reader>;

/** Typed access to the environment that collects what is wrong. Empty counts as unset. */
export function reader(env: Environment, problems: string[]) {
  const text = (name: string): string | undefined => env[name]?.trim() || undefined;
  const number = (name: string, fallback: number, fits: (n: number) => boolean, what: string): number => {
    const given = text(name);
    if (given === undefined) return fallback;
    if (fits(Number(given))) return Number(given);
    problems.push(`${name} must be ${what}; it is “${given}”`);
    return fallback;
  };
  return {
    text,
    list: (name: string): string[] =>
      (text(name) ?? '')
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
    whole: (name: string, fallback: number, min: number, max: number) =>
      number(
        name,
        fallback,
        (n) => Number.isSafeInteger(n) && n >= min && n <= max,
        `a whole number from ${min} to ${max}`,
      ),
    positive: (name: string, fallback: number) =>
      number(name, fallback, (n) => Number.isFinite(n) && n > 0, 'a number above 0'),
    oneOf<const Value extends string>(name: string, values: readonly Value[], fallback: Value): Value {
      const given = text(name) ?? fallback;
      const known = values.find((value) => value === given);
      if (!known) problems.push(`${name} must be one of ${values.join(', ')}; it is “${given}”`);
      return known ?? fallback;
    },
    url(name: string): string | undefined {
      const given = text(name);
      if (given === undefined || (/^https?:\/\//.test(given) && URL.canParse(given))) return given;
      problems.push(`${name} must be an address that begins with http:// or https://`);
      return undefined;
    },
  };
}
