import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadCommands } from '../src/load-commands.ts';

const root = path.join(import.meta.dirname, '..');

/** Which other parts a part may import. What stands directly in `src/` and in `src/programs/` wires them all. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  commands: ['src/domain'],
  'src/domain': [],
  'src/http': [],
  'src/pipeline': ['src/domain'],
  'src/storage': ['src/domain'],
  'src/web': ['src/domain'],
  'src/providers': ['src/domain', 'src/http'],
  'src/platforms/console': ['src/domain', 'src/http'],
  'src/platforms/discord': ['src/domain', 'src/http'],
  'src/platforms/slack': ['src/domain', 'src/http'],
};
const wiring = ['src', 'src/programs'];

interface Source {
  readonly file: string;
  readonly part: string;
  readonly text: string;
  /** What it imports: files from the repository's folder, packages by their names. */
  readonly imports: readonly string[];
}

const sources = await Promise.all((await filesIn('src', 'commands')).map(readSource));

async function filesIn(...folders: string[]): Promise<string[]> {
  const found = await Promise.all(
    folders.map(async (folder) => {
      const entries = await readdir(path.join(root, folder), { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
    }),
  );
  return found.flat();
}

async function readSource(file: string): Promise<Source> {
  const text = await readFile(path.join(root, file), 'utf8');
  const named = [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map(([, name = '']) => name);
  const imports = named.map((name) => (name.startsWith('.') ? path.join(path.dirname(file), name) : name));
  return { file, part: partOf(file), text, imports };
}

/** The longest part that a file stands in: the folder itself where it is one that wires. */
function partOf(file: string): string {
  const folder = path.dirname(file);
  const parts = [...Object.keys(mayImport), ...wiring].sort((a, b) => b.length - a.length);
  return parts.find((part) => folder === part || (!wiring.includes(part) && folder.startsWith(`${part}/`))) ?? folder;
}

const among = (...parts: string[]) => sources.filter(({ part }) => parts.includes(part));
const ours = (name: string) => /^(src|commands|test|docs|bench)\//.test(name);
/** Which of the files say something that matches, with what they say. */
const saying = (pattern: RegExp, searched: readonly Source[]) =>
  searched.flatMap(({ file, text }) => [...text.matchAll(pattern)].map(([said]) => `${file}: ${said.trim()}`));

describe('who imports whom', () => {
  test('every file stands in a part that has a rule', () => {
    const known = [...Object.keys(mayImport), ...wiring];
    expect(sources.filter(({ part }) => !known.includes(part)).map(({ file }) => file)).toEqual([]);
    for (const part of known) expect(among(part).length, part).toBeGreaterThan(0);
  });

  test.each(Object.entries(mayImport))('%s imports itself and %j', (part, allowed) => {
    const wrong = among(part).flatMap(({ file, imports }) =>
      imports
        .filter((name) => ours(name) && ![part, ...allowed].includes(partOf(name)))
        .map((name) => `${file} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  test('the domain needs no package and nothing of Node', () => {
    const wrong = among('src/domain').flatMap(({ file, imports }) =>
      imports.filter((name) => !ours(name)).map((name) => `${file} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  test('nothing imports a command by name, and nothing at work imports a test', () => {
    const wrong = sources.flatMap(({ file, part, imports }) =>
      imports
        .filter((name) => ours(name) && !name.startsWith('src/') && !(part === 'commands' && partOf(name) === part))
        .map((name) => `${file} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });
});

describe('the way out', () => {
  const outside = sources.filter(({ part }) => part !== 'src/http');

  test('is through src/http: nobody else calls fetch or opens a connection', () => {
    expect(saying(/(?<![.\w])fetch\(|\bglobalThis\.fetch\b/g, outside)).toEqual([]);
    const clients = /^(undici|axios|got|node-fetch|(node:)?(https|http2|net|tls|dgram))$/;
    // An address on Easel's own port is a type of node:net.
    const types = /import type \{[^}]*\} from 'node:net'/;
    const wrong = outside.flatMap(({ file, imports, text }) =>
      imports.filter((name) => clients.test(name) && !types.test(text)).map((name) => `${file} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  test('node:http is for Easel’s own port', () => {
    const users = outside.filter(({ imports }) => imports.includes('node:http'));
    const taken = users.flatMap(({ file, text }) =>
      [...text.matchAll(/import (type )?\{([^}]*)\} from 'node:http'/g)].flatMap(([, type, names = '']) =>
        type ? [] : names.split(',').map((name) => `${file}: ${name.trim()}`),
      ),
    );
    const values = taken.filter((name) => !name.includes(': type '));
    expect(values).toEqual(['src/web/server.ts: createServer']);
  });
});

describe('habits', () => {
  test('no file is named for nothing in particular', async () => {
    const all = await filesIn('src', 'commands', 'test', 'docs');
    const vague = /(^|[/-])(utils?|helpers?|commons?|misc|lib|stuff)([./-]|$)/;
    expect(all.filter((file) => vague.test(file))).toEqual([]);
    const notKebab = all.filter((file) => /\.ts$/.test(file) && !/^[a-z0-9-]+(\.test)?\.ts$/.test(path.basename(file)));
    expect(notKebab).toEqual([]);
  });

  test('only programs write to the terminal by themselves', () => {
    const others = sources.filter(({ file, part }) => part !== 'src/programs' && file !== 'src/main.ts');
    expect(saying(/\bconsole\.\w+\(/g, others)).toEqual([]);
    const silent = others.filter(({ part }) => part !== 'src/platforms/console');
    expect(saying(/\bprocess\.std(out|err)\b/g, silent)).toEqual([]);
  });

  test('only the wiring looks at the environment', () => {
    // sharp takes its fonts from there and from nowhere else.
    const others = sources.filter(({ file, part }) => !wiring.includes(part) && !file.endsWith('/shipped-font.ts'));
    expect(saying(/\bprocess\.env\b/g, others)).toEqual([]);
  });

  test('every file in commands/ is a command', async () => {
    const loaded = (await loadCommands([])).map(({ name }) => `commands/${name}.ts`);
    expect(loaded.toSorted()).toEqual(
      among('commands')
        .map(({ file }) => file)
        .toSorted(),
    );
  });
});
