import { answerCommand, groupCommand, type ServiceState } from '../src/domain/command.ts';
import type { Refusal } from '../src/domain/refusal.ts';
import { duration, lines, nearest, type Text } from '../src/domain/text.ts';

/** How the image services do, and asking one again that was left out. */
export default groupCommand({
  summary: 'See how the image services do (admins)',
  defaultVerb: 'show',
  verbs: {
    show: answerCommand({
      summary: 'Which image services there are and how they do (admins)',
      adminOnly: 'see how the image services do',
      options: {},
      async answer(_values, { services, now }) {
        return lines(...(await services.list()).map((service) => serviceLine(service, now)));
      },
    }),
    resume: answerCommand({
      summary: 'Ask a service again that was left out because of its account (admins)',
      adminOnly: 'decide about image services',
      options: { name: { kind: 'word', summary: 'Which service', required: true, suggestions: [], maxLength: 60 } },
      async answer({ name }, { services }) {
        const names = (await services.list()).map((service) => service.name);
        if (!names.includes(name)) return unknown(name, names);
        return (await services.resume(name)) ? `${name} is asked again.` : `${name} was not left out.`;
      },
    }),
  },
});

function unknown(name: string, names: readonly string[]): Refusal {
  const what = `There is no image service “${name}”.`;
  return { refused: 'unclear', what, hint: `Try ${nearest(name, names) ?? names.join(', ')}.` };
}

function serviceLine({ name, models, lanes, readyAt, errorRate, p90Ms }: ServiceState, now: number): Text {
  const state =
    readyAt === undefined
      ? `left out because of its account; /services resume name:${name} asks it again`
      : readyAt > now
        ? `resting for ${duration(readyAt - now)}`
        : 'in use';
  const pace = p90Ms === undefined ? 'no pictures in the last hour' : `9 in 10 pictures within ${duration(p90Ms)}`;
  const failed = errorRate > 0 ? `, ${Math.ceil(errorRate * 100)} % of calls failed` : '';
  return [{ bold: name }, ` ${state}`, { quiet: ` · ${pace}${failed} · ${lanes.join(', ')} · ${models.join(', ')}` }];
}
