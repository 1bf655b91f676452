import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The family that is always there, whatever else a machine has. */
export const shippedFont = 'DejaVu Sans';

let isSet = false;

/**
 * Makes sharp's text find the font that Easel ships, so that a machine without fonts shows letters, not boxes; the
 * machine's own fonts still help out with other scripts. Must run before anything renders text: fontconfig reads its
 * settings once per process. A `FONTCONFIG_FILE` that is set already is left alone.
 * @param folder for the settings and fontconfig's cache; unset: one of its own until the process ends
 * Source: fontconfig.org user manual (FONTCONFIG_FILE, fonts.conf), read 2026-11.
 */
export function useShippedFont(folder?: string): void {
  if (isSet || process.env.FONTCONFIG_FILE) return;
  isSet = true;
  const own = folder ?? passingFolder();
  mkdirSync(own, { recursive: true });
  const file = path.join(own, 'fonts.conf');
  writeFileSync(file, settings(path.join(own, 'cache')));
  process.env.FONTCONFIG_FILE = file;
}

function passingFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'easel-fonts-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function settings(cache: string): string {
  const fonts = path.join(path.dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')), 'ttf');
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${escaped(fonts)}</dir>
  <cachedir>${escaped(cache)}</cachedir>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
</fontconfig>
`;
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
