/** For the `default` of a switch over every case: the compiler finds a missing one, and a bug stops here. */
export function unreachable(value: never): never {
  throw new RangeError(`a case nobody thought of: ${JSON.stringify(value)}`);
}
