import { answerCommand, type Command } from '../src/domain/command.ts';
import { usage } from '../src/domain/command-text.ts';
import { platformOf } from '../src/domain/person.ts';
import { lines, nearest, type Text } from '../src/domain/text.ts';

/** What can be said here, derived from the commands themselves. */
export default answerCommand({
  summary: 'What Easel can do and how to say it',
  options: { about: { kind: 'word', summary: 'A command', suggestions: [], maxLength: 32 } },
  async answer({ about }, { commands, asker }) {
    if (about === undefined) {
      const platform = platformOf(asker.id);
      return lines(...commands.map(summaryLine), ...waysToEdit(platform), tip(platform));
    }
    const name = about.replace(/^\//, '').toLowerCase();
    const command = commands.find((known) => known.name === name);
    if (command) return lines(...details(command));
    const near = nearest(
      name,
      commands.map((known) => known.name),
    );
    return { refused: 'unclear', what: `There is no command /${name}.`, hint: near && `Did you mean /${near}?` };
  },
});

const summaryLine = ({ name, summary }: Command): Text => [{ bold: `/${name}` }, ` ${summary}`];

/** Every way to change a picture, and what counts as one. */
const ways = {
  discord: [
    'Reply to it and say what to change. Leave the mention on, which Discord does by itself.',
    'In its thread, name Easel: @Easel make it blue.',
    'Press Edit or Vary under it. Undo goes back to the version before.',
    'On anybody’s picture: press and hold or right-click the message, Apps, Edit this picture.',
    'Attach a picture and name Easel, or type /edit and attach it.',
    'Begin with a number to choose one: 2: make it blue. With v2 you go on from version 2.',
    'A reply with the mention on, and words that name Easel, cost whoever sends them. Thanks, praise and emoji never do.',
  ],
  slack: [
    'Answer in its thread. Yours count when you asked for the picture; others name Easel: @Easel make it blue.',
    'Press Edit or Vary under it. Undo goes back to the version before.',
    'On anybody’s picture: the message’s menu, Edit this picture.',
    'Attach a picture and name Easel, or type /edit with image: and a link. Without one it is the newest picture here.',
    'Begin with a number to choose one: 2: make it blue. With v2 you go on from version 2.',
    'Thanks, praise and emoji cost nothing. An admin can have only answers count that name Easel: /settings replies mentions.',
  ],
  console: [
    'Type edit and its number: edit 1 make it blue. Also vary 1, and undo 2 for the version before.',
    'Type /edit make it blue image:./fox.png, with a path or a link. Without one it is the newest picture.',
    'With several pictures, say which: edit 1 2: make it blue.',
  ],
} as const;

const waysToEdit = (platform: keyof typeof ways): Text[] => [
  [{ bold: 'To change a picture' }],
  ...ways[platform].map((way) => `• ${way}`),
];

const tips = {
  discord: 'Say /help about:imagine for its options. Until a picture is posted, Cancel on its card is free.',
  slack:
    'Say /help imagine for its options. Slash commands do not work inside Slack threads; the buttons do. Until a picture is posted, Cancel on its card is free.',
  console:
    'Say /help imagine for its options. Under a picture, type again, details or delete with its number, such as: again 1.',
} as const;
const tip = (platform: keyof typeof tips): Text => [{ quiet: tips[platform] }];

function details(command: Command): Text[] {
  if (command.kind === 'group') {
    return [
      summaryLine(command),
      ...command.verbs.map(
        (verb): Text => [
          { code: `/${command.name} ${verb.name} ${usage(verb.options)}`.trimEnd() },
          ` ${verb.summary}`,
        ],
      ),
    ];
  }
  const options = Object.entries(command.options).map(([name, option]): Text => [{ bold: name }, ` ${option.summary}`]);
  return [summaryLine(command), { code: `/${command.name} ${usage(command.options)}`.trimEnd() }, ...options].map(
    (line) => (typeof line === 'object' && 'code' in line ? [line] : line),
  );
}
