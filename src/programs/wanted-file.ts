import path from 'node:path';

/** The one file that a program was given, from the folder that npm was called in. @throws Error that says how to give it */
export function wantedFile(words: readonly string[], usage: string): string {
  const [file, ...others] = words;
  if (file === undefined || file.startsWith('-') || others.length > 0) throw new Error(`Name one file: ${usage}`);
  return path.resolve(process.env.INIT_CWD ?? '.', file);
}
