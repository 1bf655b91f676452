import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { drawPictures } from '../openai/pictures.ts';
import { sha256 } from '../openai/read-body.ts';

/** A request for a picture, with all of its headers, names in lower case. */
export interface Download {
  readonly path: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** What one answer may hold, by the names that the recorded answers have for it. */
export type Places = Readonly<Record<string, string>>;

interface Drawn {
  readonly places: Places;
  /** SHA-256 in hex of the picture itself. */
  readonly hash: string;
}

/** In pixels: as the model likes, only the outline is obeyed. */
const sizes: Readonly<Record<string, readonly [number, number]>> = {
  '1:1': [1254, 1254],
  '3:2': [1536, 1024],
  '2:3': [1024, 1536],
};

/** Where the pictures of answers lie: another host than the service, that must never see a key. */
export async function pictureStore() {
  const pictures = drawPictures(0);
  const files = new Map<string, { readonly bytes: Buffer; readonly type: string; readonly signed: boolean }>();
  const downloads: Download[] = [];

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://store');
    const file = files.get(pathname);
    const allowed = file?.signed ? searchParams.get('Signature') === 'a+b' && searchParams.has('Expires') : true;
    const status = file ? (allowed ? 200 : 403) : 404;
    downloads.push({ path: request.url ?? '', status, headers: request.headers });
    response.writeHead(status, { 'content-type': file?.type ?? 'text/plain' });
    response.end(status === 200 ? file?.bytes : 'No.');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  function publish(bytes: Buffer, name: string, type = 'image/png', signed = false): string {
    const path = `/${sha256(bytes).slice(0, 16)}/${name}`;
    files.set(path, { bytes, type, signed });
    return origin + path;
  }

  return {
    origin,
    downloads,
    async draw(ratio: string, seed: string): Promise<Drawn> {
      const [width, height] = sizes[ratio] ?? [1254, 1254];
      const order = { width, height, format: 'png', transparent: false, compression: 100, seed } as const;
      const picture = await pictures.draw(order);
      const preview = await pictures.draw({ ...order, width: width >> 2, height: height >> 2, partial: true });
      const half = await pictures.drawHalf(order);
      const base64 = picture.toString('base64');
      const places = {
        picture: publish(picture, 'picture.png'),
        preview: publish(preview, 'preview.png'),
        download: publish(picture, 'file'),
        signed: `${publish(picture, 'signed.png', 'image/png', true)}?Expires=1795170000&amp;Signature=a%2Bb`,
        missing: `${origin}/gone/picture.png`,
        page: publish(Buffer.from('<!doctype html><title>Sign in</title>'), 'page.png', 'text/html'),
        half: publish(half, 'half.png'),
        base64,
        data: `data:image/png;base64,${base64}`,
        brokenData: `data:image/png;base64,${base64.slice(0, 1001)}`,
      };
      return { places, hash: sha256(picture) };
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
