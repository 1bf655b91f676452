import { answerCommand, type Command } from '../src/domain/command.ts';
import { usage } from '../src/domain/command-text.ts';
import { platformOf } from '../src/domain/person.ts';
import { lines, nearest, type Text } from '../src/domain/text.ts';

/** What can be said here, derived from the commands themselves. */
export default answerCommand({
  summary: 'What Easel can do and how to say it',
  options: { about: { kind: 'word', summary: 'A command', suggestions: [], maxLength: 32 } },
  async answer({ about }, { commands, asker }) {
    if (about === undefined) return lines(...commands.map(summaryLine), tip(platformOf(asker.id)));
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

const tips = {
  discord:
    'Say /help about:imagine for its options. The buttons under a picture make it again, tell its details or delete it.',
  slack:
    'Say /help imagine for its options. Slash commands do not work inside Slack threads; the buttons under a picture do.',
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
