import { deflateRawSync, gzipSync } from 'node:zlib';
import { inputBytesMax } from '../../../src/pipeline/parts.ts';
import { blackPng, blackWebp, dottedGif, greyProgressiveJpeg, pngChunk, pngSignature } from './picture-bytes.ts';

/** What people may send instead of a picture, and what they hear about it. */
export interface Hostile {
  readonly name: string;
  readonly file?: { readonly name: string; bytes(): Promise<Uint8Array> };
  readonly link?: string;
  /** What the sentence that they get has to say. */
  readonly says: RegExp;
}

const tooManyPixels = /40 megapixels are the most/;
const damaged = /is damaged or incomplete/;
const holdsMore = /holds more than a picture/;
const noPicture = /is no picture/;

const file = (what: string, name: string, says: RegExp, bytes: () => Uint8Array): Hostile => ({
  name: what,
  file: { name, bytes: async () => bytes() },
  says,
});

const png = () => blackPng(64, 48);
const webp = () => blackWebp(64, 48);
const jpeg = () => greyProgressiveJpeg(64, 48, 3);
const gif = () => dottedGif(64, 48, 2);
const text = (words: string) => Buffer.from(words);
const joined = (...parts: readonly Uint8Array[]) => Buffer.concat(parts);
const cut = (bytes: Uint8Array, share: number) => bytes.subarray(0, Math.floor(bytes.length * share));
/** Without the last bytes. */
const short = (bytes: Uint8Array, by: number) => bytes.subarray(0, bytes.length - by);
/** With one bit of the byte `fromEnd` turned. */
function turned(bytes: Uint8Array, fromEnd: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[copy.length - fromEnd] = (copy[copy.length - fromEnd] ?? 0) ^ 1;
  return copy;
}

const zip = () =>
  joined(text('PK\x03\x04'), Buffer.alloc(26), deflateRawSync('payload'), text('PK\x05\x06'), Buffer.alloc(18));
const page = '<!DOCTYPE html><html><script>alert(document.cookie)</script></html>';
const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="48"><rect width="64" height="48"/></svg>';
const svgEntity = `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>${svg.replace('<rect', '<text>&x;</text><rect')}`;
const heic = () => joined(Buffer.of(0, 0, 0, 24), text('ftypheic'), Buffer.alloc(4), text('mif1heic'));
const avif = () => joined(Buffer.of(0, 0, 0, 24), text('ftypavif'), Buffer.alloc(4), text('mif1avif'));

const bombs: readonly Hostile[] = [
  file('a PNG that unpacks to 256 megapixels', 'wall.png', /has 16000 × 16000 pixels; 40 meg/, () =>
    blackPng(16_000, 16_000),
  ),
  file('a WebP of 28 bytes and 256 megapixels', 'wall.webp', /has 16000 × 16000 pixels; 40 meg/, () =>
    blackWebp(16_000, 16_000),
  ),
  file('a progressive JPEG of 256 megapixels', 'wall.jpg', /has 16000 × 16000 pixels; 40 meg/, () =>
    greyProgressiveJpeg(16_000, 16_000, 3),
  ),
  file('a PNG just over the limit', 'wall.png', tooManyPixels, () => blackPng(8_000, 5_001)),
  file('a GIF of ten thousand frames', 'film.gif', /has 10000 frames of 1000 × 500 pixels; 40 meg/, () =>
    dottedGif(1000, 500, 10_000),
  ),
  file('a GIF with the largest canvas there is', 'canvas.gif', tooManyPixels, () =>
    dottedGif(65_535, 65_535, 1, { width: 65_535, height: 65_535 }),
  ),
  file('a PNG whose header promises gigapixels', 'promise.png', tooManyPixels, () =>
    blackPng(8, 8, { width: 100_000, height: 100_000 }),
  ),
  file('a PNG whose header promises more than it has', 'promise.png', damaged, () =>
    blackPng(8, 8, { width: 4_000, height: 4_000 }),
  ),
  file('a gzip bomb', 'picture.png.gz', noPicture, () => gzipSync(Buffer.alloc(50_000_000))),
  file('one byte more than a picture may have', 'large.png', /50 MB/, () =>
    joined(png(), Buffer.alloc(inputBytesMax + 1 - png().length)),
  ),
];

const polyglots: readonly Hostile[] = [
  file('a PNG that is a ZIP archive too', 'archive.png', holdsMore, () => joined(png(), zip())),
  file('a PNG that is a web page too', 'page.png', holdsMore, () => joined(png(), text(page))),
  file('a PNG with a second one behind it', 'two.png', holdsMore, () => joined(png(), png())),
  file('a WebP that is a ZIP archive too', 'archive.webp', holdsMore, () => joined(webp(), zip())),
  file('a GIF that is a script too', 'script.gif', holdsMore, () => joined(gif(), text('=1;alert(1)'))),
  file('a script that begins like a GIF', 'script.gif', damaged, () => text('GIF89a/*            */=1;alert(1)//')),
  file('a JPEG that is a web page too', 'page.jpg', holdsMore, () => joined(jpeg(), text(page))),
  file('a JPEG that is a ZIP archive too', 'archive.jpg', holdsMore, () => joined(jpeg(), zip())),
  file('a JPEG that is a PDF too', 'paper.jpg', holdsMore, () => joined(jpeg(), text('%PDF-1.7\n%%EOF'))),
  file('a PDF that is a JPEG too', 'paper.jpg', /is no picture but a PDF/, () =>
    joined(text('%PDF-1.7\n'), jpeg(), text('\n%%EOF')),
  ),
];

const others: readonly Hostile[] = [
  file('a web page named .png', 'fox.png', /is no picture but a web page/, () => text(page)),
  file('a web page behind a byte order mark', 'fox.jpg', /is no picture but a web page/, () =>
    text(`\ufeff\n ${page}`),
  ),
  file('an SVG named .png', 'drawing.png', /is an SVG picture, which can't be read here/, () => text(svg)),
  file('an SVG that reads a file', 'drawing.svg', /is an SVG picture, which can't be read here/, () => text(svgEntity)),
  file('an SVG that fetches', 'drawing.svg', /is an SVG picture/, () =>
    text(svg.replace('<rect', '<image href="http://127.0.0.1/"/><rect')),
  ),
  file('a PDF', 'paper.pdf', /is no picture but a PDF/, () => text('%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF')),
  file('a TIFF', 'scan.tiff', /is a TIFF picture, which can't be read here/, () =>
    joined(text('II*\0'), Buffer.alloc(100)),
  ),
  file('a BMP', 'paint.bmp', /is a BMP picture, which can't be read here/, () => joined(text('BM'), Buffer.alloc(100))),
  file('text named .png', 'notes.png', /is no picture but text/, () => text('Just some notes, für später.\n')),
  file('a program of Linux', 'fox.png', /is no picture but a program/, () =>
    joined(text('\x7fELF'), Buffer.alloc(200, 1)),
  ),
  file('a program of Windows', 'fox.png.exe', /is no picture but a program/, () =>
    joined(text('MZ'), Buffer.alloc(200, 1)),
  ),
  file('a shell script', 'fox.png', /is no picture but a program/, () => text('#!/bin/sh\nrm -rf /\n')),
  file('a ZIP archive', 'fox.png', /is no picture but a ZIP archive/, zip),
  file('a video', 'fox.png', /is no picture but a video/, () =>
    joined(Buffer.of(0, 0, 0, 20), text('ftypisomxxxxmp42'), Buffer.alloc(50)),
  ),
  file('random bytes', 'fox.png', noPicture, () => Buffer.from('d1f004a5b5c1e2', 'hex')),
];

const broken: readonly Hostile[] = [
  file('nothing', 'empty.png', /is empty/, () => Buffer.alloc(0)),
  file('one byte', 'fox.png', noPicture, () => Buffer.of(0x89)),
  file('the signature of a PNG alone', 'fox.png', damaged, () => pngSignature),
  file('the signature of a JPEG alone', 'fox.jpg', damaged, () => Buffer.of(0xff, 0xd8, 0xff)),
  file('the signature of a WebP alone', 'fox.webp', damaged, () => webp().subarray(0, 12)),
  file('the signature of a GIF alone', 'fox.gif', damaged, () => text('GIF89a')),
  file('a HEIC header with nothing behind it', 'photo.heic', /is a HEIC picture, which can't be read here/, heic),
  file('an AVIF header with nothing behind it', 'photo.avif', damaged, avif),
  file('a PNG cut in its pixels', 'fox.png', damaged, () => cut(blackPng(600, 400), 0.6)),
  file('a PNG without its end', 'fox.png', damaged, () => short(png(), 12)),
  file('a JPEG cut in its pixels', 'fox.jpg', damaged, () => cut(greyProgressiveJpeg(2_000, 1_000, 2), 0.6)),
  file('a JPEG without its end', 'fox.jpg', damaged, () => short(jpeg(), 2)),
  file('a WebP that is cut', 'fox.webp', damaged, () => short(webp(), 4)),
  file('a GIF that is cut', 'fox.gif', damaged, () => short(gif(), 8)),
  file('a PNG whose pixels have a wrong checksum', 'fox.png', damaged, () => turned(png(), 12 + 1)),
  file('a PNG whose pixels are no zlib', 'fox.png', damaged, () =>
    joined(png().subarray(0, 33), pngChunk('IDAT', Buffer.alloc(50, 7)), pngChunk('IEND', Buffer.alloc(0))),
  ),
  file('a PNG of no pixels', 'fox.png', damaged, () => blackPng(0, 48)),
  file('a JPEG without a picture in it', 'fox.jpg', damaged, () => Buffer.of(0xff, 0xd8, 0xff, 0xd9)),
];

export const hostileFiles: readonly Hostile[] = [...bombs, ...polyglots, ...others, ...broken];

const httpsOnly = /over https only/;
const publicOnly = /from the public internet only/;
const noAddress = /no address of a picture/;
const webPage = /leads to a web page, not to a picture/;
const tooLarge = /too large: a picture must be below 50 MB/;

const link = (name: string, address: string, says: RegExp): Hostile => ({ name, link: address, says });

/** Links to the inside and to what is no place at all; none of them needs a name server. */
const addresses = (forbiddenPort: string): readonly Hostile[] => [
  link('plain http', 'http://pictures.example/fox.png', httpsOnly),
  link('a file of this machine', 'file:///etc/passwd', httpsOnly),
  link('a data address', 'data:image/png;base64,iVBORw0KGgo=', httpsOnly),
  link('ftp', 'ftp://pictures.example/fox.png', httpsOnly),
  link('a script', 'javascript:alert(1)', httpsOnly),
  link('a service of this machine over http', `http://127.0.0.1:${forbiddenPort}/`, httpsOnly),
  link('a service of this machine', `https://127.0.0.1:${forbiddenPort}/`, publicOnly),
  link('localhost', `https://localhost:${forbiddenPort}/`, publicOnly),
  link('a short loopback', `https://127.1:${forbiddenPort}/`, publicOnly),
  link('a decimal loopback', `https://2130706433:${forbiddenPort}/`, publicOnly),
  link('an octal loopback', `https://0177.0.0.1:${forbiddenPort}/`, publicOnly),
  link('a hexadecimal loopback', `https://0x7f000001:${forbiddenPort}/`, publicOnly),
  link('a loopback with a trailing dot', `https://127.0.0.1.:${forbiddenPort}/`, publicOnly),
  link('a loopback in wide digits', `https://１２７.０.０.１:${forbiddenPort}/`, publicOnly),
  link('a loopback in circled digits and wide dots', `https://①②⑦。⓪。⓪。①:${forbiddenPort}/`, publicOnly),
  link('a loopback in escaped digits', `https://%31%32%37.0.0.1:${forbiddenPort}/`, publicOnly),
  link('this machine as 0', `https://0:${forbiddenPort}/`, publicOnly),
  link('the loopback of IPv6', `https://[::1]:${forbiddenPort}/`, publicOnly),
  link('a loopback mapped into IPv6', `https://[::ffff:127.0.0.1]:${forbiddenPort}/`, publicOnly),
  link('a loopback behind NAT64', `https://[64:ff9b::7f00:1]:${forbiddenPort}/`, publicOnly),
  link('an address with a zone', `https://[fe80::1%25lo]:${forbiddenPort}/`, noAddress),
  link('a link-local address', 'https://[fe80::1]/', publicOnly),
  link('the metadata service of clouds', 'https://169.254.169.254/latest/meta-data/', publicOnly),
  link('a private network', 'https://10.0.0.1/', publicOnly),
  link('a network of carriers', 'https://100.64.0.1/', publicOnly),
  link('a name and a password', 'https://me:secret@pictures.example/fox.png', /holds a name or a password/),
  link('a name that looks like the host', 'https://pictures.example@127.0.0.1/fox.png', /holds a name or a password/),
  link('an address without a host', 'https://', noAddress),
  link('no address', 'fox-of-yesterday.png', noAddress),
];

/** What a host does that may be asked. */
const answers = (origin: string): readonly Hostile[] => [
  link('a redirect to a service of this machine', `${origin}/to-own-port`, publicOnly),
  link('a redirect to a service of this machine over http', `${origin}/to-own-port-http`, httpsOnly),
  link('two redirects to a service of this machine', `${origin}/to-own-port-twice`, publicOnly),
  link('a redirect to another port of the same host', `${origin}/to-own-port-host`, httpsOnly),
  link('a redirect to the metadata service', `${origin}/to-link-local`, publicOnly),
  link('a redirect to a mapped address', `${origin}/to-mapped`, publicOnly),
  link('a redirect to plain http', `${origin}/to-http`, httpsOnly),
  link('a redirect to a file', `${origin}/to-file`, httpsOnly),
  link('a redirect to data', `${origin}/to-data`, httpsOnly),
  link('a redirect with a password', `${origin}/to-password`, publicOnly),
  link('a redirect to nowhere', `${origin}/to-nowhere`, /can't be reached/),
  link('a redirect to itself', `${origin}/loop`, /passes Easel on without end/),
  link('two redirects to each other', `${origin}/ping`, /passes Easel on without end/),
  link('a web page', `${origin}/page`, webPage),
  link('a web page that says it is a picture', `${origin}/page.png`, webPage),
  link('text that says it is a picture', `${origin}/text.png`, noPicture),
  link('an empty answer', `${origin}/nothing.png`, /is empty/),
  link('half a picture', `${origin}/cut.png`, damaged),
  link('nothing at that address', `${origin}/missing.png`, /There is no picture at that address/),
  link('a picture that is gone', `${origin}/gone.png`, /There is no picture at that address/),
  link('a picture that is closed to others', `${origin}/closed.png`, /doesn't let Easel have that picture/),
  link('a picture behind a password', `${origin}/unnamed.png`, /doesn't let Easel have that picture/),
  link('a host that has a fault', `${origin}/broken.png`, /answered 500 instead of a picture/),
  link('an answer without content', `${origin}/no-content.png`, /answered 204 instead of a picture/),
  link('an answer that announces too much', `${origin}/announced.png`, tooLarge),
  link('an answer without end', `${origin}/endless.png`, tooLarge),
  link('an answer that breaks off', `${origin}/hangs-up.png`, /can't be reached/),
  link('an answer that is longer than announced', `${origin}/more-than-announced.png`, damaged),
  link('an answer that is no HTTP', `${origin}/no-http.png`, /can't be reached/),
];

/** @param origin one of a `hostileHost` that links may lead to @param forbiddenOrigin its other one */
export function hostileLinks(origin: string, forbiddenOrigin: string): readonly Hostile[] {
  return [...addresses(new URL(forbiddenOrigin).port), ...answers(origin)];
}

/** Names that lead inside: for `hostileLookup`, no other name server knows them. */
export const hostileNames: readonly Hostile[] = [
  link('localhost with a trailing dot', 'https://localhost./fox.png', publicOnly),
  link('the metadata service by its name', 'https://metadata.google.internal/computeMetadata/v1/', publicOnly),
  link('a name that leads inward', 'https://inward.example/fox.png', publicOnly),
  link('a name that leads inward by IPv6', 'https://inward-v6.example/fox.png', publicOnly),
  link('a name with a mapped address', 'https://mapped.example/fox.png', publicOnly),
  link('a name with a public and a private address', 'https://both-sides.example/fox.png', publicOnly),
  link('a name with both by IPv6', 'https://both-sides-v6.example/fox.png', publicOnly),
  link('a name that nobody knows', 'https://nobody.example/fox.png', /nobody\.example can't be reached/),
];

/** Answers that take as long as one waits for them. */
export const slowLinks = (origin: string): readonly Hostile[] => [
  link('a host that says nothing', `${origin}/silent.png`, /took too long to answer/),
  link('a host that stops in the middle', `${origin}/stops.png`, /took too long to answer/),
  link('a host that dribbles', `${origin}/dribbles.png`, /took too long to answer/),
];
