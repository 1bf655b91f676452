import os from 'node:os';
import path from 'node:path';
import { blobPlace } from './blob-config.ts';
import { type Credits, credits } from './domain/credits.ts';
import { type PersonId, readPersonId } from './domain/person.ts';
import { type ProviderConfig, providerConfigs } from './provider-config.ts';
import { type Environment, type Reader, reader } from './read-environment.ts';
import type { S3Place } from './storage/s3-blobs.ts';

export type SlackConfig = {
  readonly botToken: string;
  readonly apiUrl: string | undefined;
} & ({ readonly appToken: string } | { readonly signingSecret: string });

/** Everything Easel can be told from outside, checked, with the defaults filled in. */
export interface Config {
  readonly discord:
    | { readonly token: string; readonly apiUrl: string | undefined; readonly guild: string | undefined }
    | undefined;
  readonly slack: SlackConfig | undefined;
  /** For `npm run register` only: lets Easel update its own Slack app. */
  readonly slackApp:
    | { readonly id: string; readonly configToken: string; readonly apiUrl: string | undefined }
    | undefined;
  /** In order of preference; empty: the sketch provider draws placeholders. */
  readonly providers: readonly ProviderConfig[];
  readonly modelsFile: string | undefined;
  /** Where people's links may lead besides the public internet. */
  readonly linkOrigins: readonly string[];
  readonly partialImages: number;
  readonly admins: readonly PersonId[];
  readonly adminChannel: { readonly platform: 'discord' | 'slack'; readonly channel: string } | undefined;
  readonly secretKey: string | undefined;
  readonly startingCredits: Credits;
  readonly creditUsd: number;
  readonly userConcurrency: number;
  readonly userQueue: number;
  readonly userPerMinute: number;
  readonly cacheMs: number;
  readonly cacheBytesMax: number;
  /** Days after a job ended; undefined: for ever. */
  readonly keepPromptsDays: number | undefined;
  readonly keepPicturesDays: number | undefined;
  readonly keepAuditDays: number | undefined;
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  /** Undefined: in `dataDir`. */
  readonly blobs: S3Place | undefined;
  readonly port: number;
  readonly host: string;
  readonly publicUrl: string | undefined;
  /** What who reads `/metrics` must know; undefined: everybody may who reaches the port. */
  readonly metricsToken: string | undefined;
  readonly logLevel: string;
  readonly userName: string;
}

/**
 * Reads the environment.
 * @throws Error that names every problem at once, in plain words, never a value of a secret
 */
export function readConfig(env: Environment): Config {
  const problems: string[] = [];
  const read = reader(env, problems);
  const slackApiUrl = read.url('SLACK_API_URL');
  const config: Config = {
    discord: discordConfig(read),
    slack: slackConfig(read, slackApiUrl, problems),
    slackApp: slackAppConfig(read, slackApiUrl, problems),
    providers: providerConfigs(read, problems),
    modelsFile: read.text('MODELS_FILE'),
    partialImages: read.whole('PARTIAL_IMAGES', 1, 0, 3),
    linkOrigins: linkOrigins(read.list('LINK_ORIGINS'), problems),
    admins: readAdmins(read.list('ADMINS'), problems),
    adminChannel: readAdminChannel(read.text('ADMIN_CHANNEL'), problems),
    secretKey: read.text('SECRET_KEY'),
    startingCredits: credits(read.whole('STARTING_CREDITS', 500, 0, 1_000_000_000)),
    creditUsd: read.positive('CREDIT_USD', 0.001),
    userConcurrency: read.whole('USER_CONCURRENCY', 2, 1, 1_000),
    userQueue: read.whole('USER_QUEUE', 5, 0, 100_000),
    userPerMinute: read.whole('USER_PER_MINUTE', 6, 1, 100_000),
    cacheMs: read.whole('CACHE_HOURS', 24, 0, 8_760) * 3_600_000,
    cacheBytesMax: read.whole('CACHE_MEGABYTES', 2_000, 1, 10_000_000) * 1_000_000,
    keepPromptsDays: keepDays('KEEP_PROMPTS_DAYS', read),
    keepPicturesDays: keepDays('KEEP_PICTURES_DAYS', read),
    keepAuditDays: keepDays('KEEP_AUDIT_DAYS', read),
    dataDir: path.resolve(read.text('DATA_DIR') ?? './data'),
    databaseUrl: databaseUrl(read.text('DATABASE_URL'), problems),
    blobs: blobPlace(read, problems),
    port: read.whole('PORT', 3000, 0, 65_535),
    host: read.text('HOST') ?? '127.0.0.1',
    publicUrl: read.url('PUBLIC_URL'),
    metricsToken: read.text('METRICS_TOKEN'),
    logLevel: read.oneOf('LOG_LEVEL', ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'info'),
    userName: userName(),
  };
  if (problems.length > 0) throw new Error(`Easel can't start:\n  ${problems.join('\n  ')}`);
  return Object.freeze(config);
}

const keepDays = (name: string, read: Reader): number | undefined =>
  read.text(name) === undefined ? undefined : read.whole(name, 1, 1, 36_500);

function discordConfig(read: Reader): Config['discord'] {
  const token = read.text('DISCORD_TOKEN');
  return token ? { token, apiUrl: read.url('DISCORD_API_URL'), guild: read.text('DISCORD_GUILD') } : undefined;
}

function slackConfig(read: Reader, apiUrl: string | undefined, problems: string[]): SlackConfig | undefined {
  const botToken = read.text('SLACK_BOT_TOKEN');
  const appToken = read.text('SLACK_APP_TOKEN');
  const signingSecret = read.text('SLACK_SIGNING_SECRET');
  if (!botToken && !appToken && !signingSecret) return undefined;
  if (!botToken)
    problems.push('SLACK_BOT_TOKEN is missing: Slack needs it besides SLACK_APP_TOKEN or SLACK_SIGNING_SECRET');
  if (appToken) return { botToken: botToken ?? '', apiUrl, appToken };
  if (!signingSecret) problems.push('SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP) is missing');
  return { botToken: botToken ?? '', apiUrl, signingSecret: signingSecret ?? '' };
}

function slackAppConfig(read: Reader, apiUrl: string | undefined, problems: string[]): Config['slackApp'] {
  const id = read.text('SLACK_APP_ID');
  const configToken = read.text('SLACK_CONFIG_TOKEN');
  if (configToken && !id) problems.push('SLACK_APP_ID is missing: with SLACK_CONFIG_TOKEN it says which app to update');
  return id && configToken ? { id, configToken, apiUrl } : undefined;
}

function readAdmins(names: readonly string[], problems: string[]): PersonId[] {
  return names.flatMap((name) => {
    const person = readPersonId(name);
    if (!person) problems.push(`ADMINS: “${name}” is not discord:ID or slack:TEAM/ID`);
    return person ? [person] : [];
  });
}

function readAdminChannel(given: string | undefined, problems: string[]): Config['adminChannel'] {
  if (given === undefined) return undefined;
  const match = /^(discord):(\d{5,20})$|^(slack):([A-Z0-9]+\/[A-Z0-9]+)$/.exec(given);
  if (!match) problems.push(`ADMIN_CHANNEL must be discord:CHANNEL or slack:TEAM/CHANNEL; it is “${given}”`);
  const platform = match?.[1] ?? match?.[3];
  return platform === 'discord' || platform === 'slack'
    ? { platform, channel: match?.[2] ?? match?.[4] ?? '' }
    : undefined;
}

function linkOrigins(addresses: readonly string[], problems: string[]): string[] {
  const origins = addresses.flatMap((address) => {
    const url = URL.parse(address);
    return url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/` ? [url.origin] : [];
  });
  if (origins.length < addresses.length)
    problems.push('LINK_ORIGINS must be addresses without a path, such as https://assets.example, comma-separated');
  return origins;
}

function databaseUrl(given: string | undefined, problems: string[]): string | undefined {
  if (given === undefined || /^postgres(ql)?:\/\//.test(given)) return given;
  problems.push('DATABASE_URL must begin with postgres://; leave it out for SQLite in DATA_DIR');
  return undefined;
}

/** Who sits at the console. Some containers have no name for their user. */
function userName(): string {
  try {
    return (
      os
        .userInfo()
        .username.replaceAll(/[^\w.-]/g, '')
        .slice(0, 32) || 'you'
    );
  } catch {
    return 'you';
  }
}
