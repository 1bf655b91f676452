import type { SeenMessage } from '../test/fakes/discord/server.ts';
import { discordHtml, escapeHtml } from './discord-markdown.ts';

/** A message as the fake recorded it, with what it says about it elsewhere. */
export interface Recorded extends SeenMessage {
  readonly asked: { readonly user: string; readonly command: string } | undefined;
  /** The message that it replies to. */
  readonly answered: SeenMessage | undefined;
  readonly thread: { readonly name: string; readonly messages: number } | undefined;
  readonly pictures: readonly { readonly source: string; readonly alt: string }[];
  readonly nameOf: (id: string) => string;
}

export interface Pane {
  readonly title: string;
  readonly messages: readonly Recorded[];
}

/** Recorded messages as a page, drawn as a chat in neutral colours. */
export function threadPage(columns: readonly (readonly Pane[])[]): string {
  return `<!doctype html><meta charset="utf-8"><style>${style}</style><main>
    ${columns.map((panes) => `<div>${panes.map(pane).join('')}</div>`).join('')}</main>`;
}

const pane = ({ title, messages }: Pane): string =>
  `<section><h1>${escapeHtml(title)}</h1>${messages.map(message).join('')}</section>`;

function message(recorded: Recorded): string {
  const { author, asked, answered, content, createdMs, editCount, ephemeralFor, thread, nameOf } = recorded;
  const time = new Date(createdMs).toISOString().slice(11, 16);
  const used = asked
    ? `<p class="used">${avatar(nameOf(asked.user))}<span class="mention">${escapeHtml(nameOf(asked.user))}</span> used <span class="mention">/${escapeHtml(asked.command)}</span></p>`
    : '';
  const reply = answered
    ? `<div class="used reply"><i></i>${avatar(answered.author.name)}<b>${escapeHtml(answered.author.name)}</b>${firstLine(answered.content, nameOf)}</div>`
    : '';
  const chip = thread
    ? `<p class="thread"><b>${escapeHtml(thread.name)}</b><span>${thread.messages} messages</span></p>`
    : '';
  const seen = ephemeralFor ? '<p class="quiet">Only you can see this</p>' : '';
  return `<article>${used}${reply}${avatar(author.name)}<div>
    <p class="by"><b>${escapeHtml(author.name)}</b>${author.bot ? '<i>APP</i>' : ''}<time>${time}</time></p>
    <div class="text${editCount > 0 ? ' edited' : ''}">${discordHtml(content, nameOf)}</div>
    ${pictures(recorded)}${buttons(recorded)}${chip}${seen}</div></article>`;
}

const firstLine = (content: string, nameOf: Recorded['nameOf']): string =>
  discordHtml(content.split('\n')[0] ?? '', nameOf);

const avatar = (name: string): string =>
  `<span class="avatar" style="--hue:${[...name].reduce((sum, letter) => sum + letter.charCodeAt(0) * 37, 0) % 360}">${escapeHtml(name.slice(0, 1).toUpperCase())}</span>`;

const pictures = ({ pictures: shown }: Recorded): string =>
  shown.length === 0
    ? ''
    : `<div class="pictures n${shown.length}">${shown.map(({ source, alt }) => `<img src="${source}" alt="${escapeHtml(alt)}">`).join('')}</div>`;

interface Shown {
  readonly label?: string;
  readonly style?: number;
  readonly disabled?: boolean;
  readonly components?: readonly Shown[];
}

const buttons = ({ components }: Recorded): string =>
  components
    .map((row) => (row as Shown).components ?? [])
    .map((row) => `<p class="buttons">${row.map(button).join('')}</p>`)
    .join('');

const button = ({ label = '', style: kind, disabled }: Shown): string =>
  `<span class="k${kind}${disabled ? ' off' : ''}">${escapeHtml(label)}</span>`;

const style = `
  * { box-sizing: border-box; margin: 0; }
  body { background: #1b1c20; font: 15px/1.42 Inter, "Noto Sans", "DejaVu Sans", sans-serif; color: #dcdee3; }
  main { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 10px; padding: 10px; width: 1120px; background: #1b1c20; }
  main > div { display: flex; flex-direction: column; gap: 10px; }
  section { background: #2b2d33; border-radius: 10px; padding-bottom: 12px; overflow: hidden; }
  main > div > section:last-child { flex: 1; }
  h1 { font-size: 15px; font-weight: 600; padding: 11px 13px; background: #26282d; color: #f2f3f5; margin-bottom: 10px; }
  article { display: grid; grid-template-columns: 32px minmax(0, 1fr); column-gap: 10px; padding: 5px 13px 7px; }
  .avatar { width: 32px; height: 32px; border-radius: 50%; display: grid; place-items: center; font-weight: 600;
    background: hsl(var(--hue) 38% 46%); color: #fff; }
  .used { grid-column: 2; display: flex; align-items: center; gap: 5px; font-size: 13px; color: #a4a8b1; margin-bottom: 3px; }
  .used .avatar { width: 17px; height: 17px; font-size: 10px; }
  .reply { min-width: 0; }
  .reply i { flex: none; width: 26px; height: 8px; margin: 6px 2px 0 -28px; border: 2px solid #4e5058; border-width: 2px 0 0 2px; border-top-left-radius: 6px; }
  .reply p { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .reply b { font-weight: 600; color: #c4c7ce; }
  .by { display: flex; align-items: center; gap: 6px; line-height: 1.25; margin-bottom: 2px; color: #f2f3f5; }
  .by i { font-style: normal; font-weight: 600; font-size: 10px; line-height: 1; background: #5662d8; color: #fff; border-radius: 4px; padding: 3px 4px; }
  time, .edited > p:last-child::after { font-size: 12px; color: #8b8f99; }
  .edited > p:last-child::after { content: ' (edited)'; }
  b { font-weight: 650; color: #f2f3f5; }
  .quiet { font-size: 12.5px; color: #a4a8b1; }
  .mention { color: #aab3f7; border-radius: 3px; padding: 0 2px; }
  .text .mention { background: #3c4270; }
  .used .mention { padding: 0; }
  code { background: #1e1f22; border-radius: 4px; padding: 1px 4px; font-size: 13px; }
  .pictures { display: grid; gap: 4px; margin-top: 6px; border-radius: 8px; overflow: hidden; max-width: 100%; }
  .pictures.n1 { max-width: 300px; }
  .pictures.n2 { grid-template-columns: 1fr 1fr; }
  img { width: 100%; display: block; }
  .buttons { display: flex; gap: 5px; margin-top: 5px; }
  .buttons span { border-radius: 7px; padding: 6px 9px; font-size: 13.5px; font-weight: 500; background: #43454d; color: #f2f3f5; }
  .buttons .k4 { background: #c03b43; }
  .buttons .off { opacity: .45; }
  .thread { display: flex; gap: 8px; align-items: baseline; margin-top: 7px; background: #232529; border-radius: 7px; padding: 7px 10px; font-size: 13px; }
  .thread b { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .thread span { color: #9aa6ff; white-space: nowrap; }
`;
