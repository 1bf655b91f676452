/** Files: upload tickets, the slow processing behind them, sharing into channels, and downloads. */
import type { RawBytes } from './http-body.ts';
import type { Draft, FakeChannel, FakeFile, Workspace } from './workspace.ts';

const bytesMax = 1_000_000_000;
const snippetBytesMax = 1_000_000;

/** What waits for all its files to be processed before it becomes a message. */
interface PendingShare {
  readonly files: readonly FakeFile[];
  readonly channel: FakeChannel;
  readonly draft: Draft;
}

export type Files = ReturnType<typeof createFiles>;

/**
 * @param pollsBefore after how many `files.info` calls a completed file is processed and shared; undefined: by itself,
 * right after the answer of `files.completeUploadExternal`. Slack does this after a virus scan, at a time of its own.
 */
export function createFiles(workspace: Workspace, pollsBefore: number | undefined, changed: () => void) {
  const { options, files } = workspace;
  const tickets = new Map<string, FakeFile>();
  const waiting: PendingShare[] = [];
  let open = true;

  /** A file nobody has bytes for yet, or the documented error. */
  function request(given: { filename: string; length: number; altText?: string; snippet?: boolean }) {
    if (given.length <= 0) return { error: 'missing_argument' };
    if (given.length > bytesMax) return { error: 'file_upload_size_restricted' };
    if ((given.altText?.length ?? 0) > 1000) return { error: 'alt_txt_too_large' };
    if (given.snippet && given.length > snippetBytesMax) return { error: 'snippet_too_large' };
    const file: FakeFile = {
      id: workspace.nextId('F'),
      name: given.filename,
      title: given.filename,
      ...(given.altText === undefined ? {} : { altText: given.altText }),
      user: options.botUserId,
      fromApp: true,
      created: Math.floor(options.clock.now() / 1000),
      length: given.length,
      state: 'awaiting-bytes',
      pollsLeft: pollsBefore ?? 0,
      shares: [],
    };
    files.set(file.id, file);
    const ticket = crypto.randomUUID();
    tickets.set(ticket, file);
    return { file, url: `${options.origin()}/upload/v1/${ticket}` };
  }

  /**
   * Takes the bytes for a ticket. A ticket is good for one upload of exactly the announced length: what Slack does with a
   * second one isn't documented, so it is refused here and a careful client starts over.
   */
  function receive(ticket: string, raw: RawBytes): { status: number; body: string } {
    const file = tickets.get(ticket);
    if (!file) return { status: 404, body: 'unknown upload' };
    if (file.state !== 'awaiting-bytes') return { status: 409, body: 'already uploaded' };
    if (raw.length !== file.length) return { status: 400, body: `expected ${file.length} bytes, got ${raw.length}` };
    take(file, raw);
    file.state = 'uploaded';
    return { status: 200, body: `OK - ${raw.length}` };
  }

  function take(file: FakeFile, raw: RawBytes): void {
    file.length = raw.length;
    file.sha256 = raw.sha256;
    if (raw.bytes) file.bytes = raw.bytes;
    const found = recognise(raw.head, file.name);
    file.mimetype = found.mimetype;
    if (found.size) file.size = found.size;
  }

  /** A file that a person attached: there at once, processed. */
  function addFrom(user: string, name: string, raw: RawBytes, altText?: string): FakeFile {
    const file: FakeFile = {
      id: workspace.nextId('F'),
      name,
      title: name,
      ...(altText ? { altText } : {}),
      user,
      fromApp: false,
      created: Math.floor(options.clock.now() / 1000),
      length: raw.length,
      state: 'processed',
      pollsLeft: 0,
      shares: [],
    };
    take(file, raw);
    files.set(file.id, file);
    return file;
  }

  /** Marks the files as complete; the message follows when Slack is done with them. */
  function complete(done: readonly FakeFile[], places: readonly { channel: FakeChannel; draft: Draft }[]): void {
    for (const file of done) file.state = 'completed';
    // An alt text on something that is no picture: Slack answers ok and never shares it.
    const lost = done.some((file) => file.altText !== undefined && !file.mimetype?.startsWith('image/'));
    if (!lost) for (const place of places) waiting.push({ files: done, ...place });
    if (pollsBefore === undefined) setImmediate(() => open && process(done));
  }

  function process(some: readonly FakeFile[]): void {
    for (const file of some) if (file.state === 'completed') file.state = 'processed';
    for (const share of waiting.splice(0)) {
      if (share.files.every((file) => file.state === 'processed')) {
        const ids = share.files.map((file) => file.id);
        workspace.post(share.channel, { ...share.draft, files: ids, subtype: 'file_share' });
      } else if (share.files.every((file) => file.state !== 'deleted')) waiting.push(share);
    }
    changed();
  }

  /** A look at a file by `files.info` brings it nearer to being processed. */
  function poll(file: FakeFile): void {
    if (file.state !== 'completed' || pollsBefore === undefined) return;
    if (file.pollsLeft > 0) file.pollsLeft -= 1;
    else process([file]);
  }

  /** @throws Error when there is none with this id. */
  function change(id: string, to: Partial<FakeFile>): void {
    const file = files.get(id);
    if (!file) throw new Error(`There is no file ${id}.`);
    Object.assign(file, to);
  }

  function remove(id: string): void {
    change(id, { state: 'deleted' });
    delete files.get(id)?.bytes;
  }

  function imageProblem({ id, url }: { id?: string; url?: string }): string | undefined {
    const wanted = id ?? [...files.keys()].find((one) => url?.includes(one));
    const file = wanted ? workspace.fileSeenByApp(wanted) : undefined;
    if (!file || file.state === 'deleted') return 'file not found';
    if (file.state !== 'processed') return 'file is not processed yet';
    return /^image\/(png|jpeg|gif)$/.test(file.mimetype ?? '') ? undefined : `${file.mimetype} is no png, jpg or gif`;
  }

  return {
    request,
    receive,
    addFrom,
    complete,
    poll,
    imageProblem,
    change,
    remove,
    /** Everything that is completed becomes processed and shared now. */
    processAll: () => process([...files.values()].filter((file) => file.state === 'completed')),
    stop: () => {
      open = false;
    },
  };
}

const endings: Readonly<Record<string, string>> = {
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  json: 'application/json',
  pdf: 'application/pdf',
  zip: 'application/zip',
  mp4: 'video/mp4',
  mp3: 'audio/mpeg',
  svg: 'image/svg+xml',
  heic: 'image/heic',
  avif: 'image/avif',
};

function recognise(head: Buffer, name: string): { mimetype: string; size?: { width: number; height: number } } {
  if (head.subarray(0, 8).equals(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')))
    return {
      mimetype: 'image/png',
      ...(head.length >= 24 ? { size: { width: head.readUInt32BE(16), height: head.readUInt32BE(20) } } : {}),
    };
  if (head.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return { mimetype: 'image/jpeg' };
  if (head.subarray(0, 4).toString('latin1') === 'GIF8')
    return {
      mimetype: 'image/gif',
      ...(head.length >= 10 ? { size: { width: head.readUInt16LE(6), height: head.readUInt16LE(8) } } : {}),
    };
  if (head.subarray(0, 4).toString('latin1') === 'RIFF' && head.subarray(8, 12).toString('latin1') === 'WEBP')
    return { mimetype: 'image/webp' };
  return { mimetype: endings[name.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'application/octet-stream' };
}
