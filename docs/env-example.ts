import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** One variable of `.env.example`, which is where they are described. */
export interface Variable {
  readonly section: string;
  readonly name: string;
  /** The default that is shown, or empty. */
  readonly value: string;
  readonly meaning: string;
  /** False: Easel does not know it yet, or refuses it. */
  readonly supported: boolean;
}

const line = /^(?:## (?<section>.+)|(?<note># )?(?<name>[A-Z][A-Z0-9_<>]*)=(?<value>.*)|# (?<comment>.+))$/;

/** @throws Error naming a line that says nothing about the variable it describes */
export async function readEnvExample(): Promise<Variable[]> {
  const text = await readFile(path.join(import.meta.dirname, '..', '.env.example'), 'utf8');
  const variables: Variable[] = [];
  let section = '';
  let meaning = '';
  for (const row of text.split('\n')) {
    const { section: begun, name, value = '', comment } = line.exec(row)?.groups ?? {};
    if (begun) section = begun;
    else if (comment) meaning = comment;
    else if (name) {
      if (meaning === '') throw new Error(`.env.example does not say what ${name} is`);
      variables.push({ section, name, value, meaning, supported: !meaning.startsWith('Not yet supported') });
      meaning = '';
    } else if (row !== '') throw new Error(`.env.example: “${row}” is neither a variable nor a comment`);
    else meaning = '';
  }
  return variables;
}
