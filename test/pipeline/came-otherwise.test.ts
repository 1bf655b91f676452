import { expect, test } from 'vitest';
import type { Picture } from '../../src/domain/image.ts';
import { cameAs, cameOtherwise } from '../../src/pipeline/came-otherwise.ts';
import { request } from '../contracts/jobs.ts';

const asked = { ...request, size: { width: 1536, height: 1024 }, format: 'png', background: 'auto' } as const;
const picture = (width: number, height: number, format: Picture['format'] = 'png'): Picture => ({
  ...{ bytes: new Uint8Array(), width, height, format },
});

test('what came as asked needs no words', () => {
  expect(cameOtherwise(asked, [picture(1536, 1024)])).toEqual([]);
  expect(cameAs(asked, [picture(1536, 1024), picture(1536, 1024)])).toBe('1536x1024');
});

test('other pixels of the same outline are named and not pointed out', () => {
  expect(cameOtherwise(asked, [picture(1254, 836), picture(1536, 1023)])).toEqual([]);
  expect(cameAs(asked, [picture(1254, 836), picture(1536, 1023)])).toBe('1254x836, 1536x1023');
});

test('another outline is pointed out, once', () => {
  const square = picture(1024, 1024);
  expect(cameOtherwise(asked, [square, square])).toEqual([{ asked: '1536x1024', came: '1024x1024' }]);
});

test('another format is named, and pointed out where somebody chose one or wanted to see through it', () => {
  const jpeg = picture(1536, 1024, 'jpeg');
  expect(cameAs(asked, [jpeg])).toBe('1536x1024 jpeg');
  expect(cameOtherwise(asked, [jpeg])).toEqual([]);
  expect(cameOtherwise({ ...asked, background: 'transparent' }, [jpeg])).toEqual([{ asked: 'png', came: 'jpeg' }]);
  expect(cameOtherwise({ ...asked, format: 'webp' }, [jpeg])).toEqual([{ asked: 'webp', came: 'jpeg' }]);
});
