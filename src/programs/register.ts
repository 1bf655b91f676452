import { buildPlatforms, slackUrl } from '../build.ts';
import { buildProviders } from '../build-providers.ts';
import { readConfig } from '../config.ts';
import { modelsOffered } from '../domain/image-provider.ts';
import { loadCatalogue } from '../load-catalogue.ts';
import { loadCommands } from '../load-commands.ts';
import { slackManifest } from '../platforms/slack/register.ts';
import { updateManifest } from '../platforms/slack/update-manifest.ts';
import { localPace } from '../providers/pace.ts';
import { systemClock } from '../system-clock.ts';
import { consoleLog } from './log.ts';

/**
 * `npm run register`: tells every configured platform which commands there are. The Slack manifest, and only that, goes
 * to standard output, also when nothing is configured; everything else goes to standard error.
 */
export async function register(): Promise<number> {
  const config = readConfig(process.env);
  const catalogue = await loadCatalogue(config.modelsFile);
  const providers = await buildProviders(config, catalogue, systemClock, localPace(systemClock));
  const commands = await loadCommands(modelsOffered(providers));
  const overHttp = config.slack ? 'signingSecret' in config.slack : config.publicUrl !== undefined;
  const manifest = slackManifest(commands, { socketMode: !overHttp, publicUrl: config.publicUrl });
  console.log(JSON.stringify(manifest, undefined, 2));
  console.error('Above: the Slack app manifest. Paste it at api.slack.com/apps, “Create New App”, “From a manifest”.');

  const { platforms } = await buildPlatforms(config, consoleLog(config), systemClock);
  if (!config.discord) console.error('Discord: nothing to do, DISCORD_TOKEN is not set.');
  if (!config.slack && !config.slackApp) console.error('Slack: nothing else to do, no token is set.');
  const steps = platforms.map((platform) => () => platform.register(commands));
  const { slackApp } = config;
  if (slackApp && !config.slack) {
    const app = { token: slackApp.configToken, appId: slackApp.id, apiUrl: slackApp.apiUrl ?? slackUrl };
    steps.push(() => updateManifest(commands, { socketMode: !overHttp, publicUrl: config.publicUrl }, app));
  }
  let failed = false;
  for (const step of steps) {
    try {
      console.error(await step());
    } catch (error) {
      failed = true;
      console.error(reason(error));
    }
  }
  return failed ? 1 : 0;
}

/** What went wrong, and what the platform said about it. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
