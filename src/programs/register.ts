import { readConfig } from '../config.ts';
import { buildPlatforms, buildProviders } from '../easel.ts';
import { loadCatalogue } from '../load-catalogue.ts';
import { loadCommands } from '../load-commands.ts';
import { slackManifest } from '../platforms/slack/register.ts';
import { systemClock } from '../system-clock.ts';
import { consoleLog } from './log.ts';

/**
 * `npm run register`: tells every configured platform which commands there are. The Slack manifest, and only that, goes
 * to standard output, also when nothing is configured; everything else goes to standard error.
 */
export async function register(): Promise<number> {
  const config = readConfig(process.env);
  const catalogue = await loadCatalogue(config.modelsFile);
  const providers = await buildProviders(config, catalogue, systemClock);
  const commands = await loadCommands([...new Set(providers.flatMap(({ models }) => models))]);
  const overHttp = config.slack ? 'signingSecret' in config.slack : config.publicUrl !== undefined;
  const manifest = slackManifest(commands, { socketMode: !overHttp, publicUrl: config.publicUrl });
  console.log(JSON.stringify(manifest, undefined, 2));
  console.error('Above: the Slack app manifest. Paste it at api.slack.com/apps, “Create New App”, “From a manifest”.');

  const { platforms } = await buildPlatforms(config, consoleLog(config), systemClock);
  if (!config.discord) console.error('Discord: nothing to do, DISCORD_TOKEN is not set.');
  let failed = false;
  for (const platform of platforms) {
    try {
      console.error(await platform.register(commands));
    } catch (error) {
      failed = true;
      console.error(`${platform.name}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return failed ? 1 : 0;
}
