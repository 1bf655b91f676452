import type { Reader } from './read-environment.ts';
import type { S3Credentials, S3Place } from './storage/s3-blobs.ts';

/** Amazon's own default, which other services take for granted. */
const regionElsewhere = 'us-east-1';

/** Where blobs are kept by `BLOB_URL`. Undefined: in `DATA_DIR`. */
export function blobPlace(read: Reader, problems: string[]): S3Place | undefined {
  const url = read.text('BLOB_URL');
  const endpoint = read.url('S3_ENDPOINT');
  const region = read.text('AWS_REGION') ?? read.text('AWS_DEFAULT_REGION');
  const key = credentials(read);
  if (url === undefined) return undefined;
  const place = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(url);
  const prefix = (place?.[2] ?? '').replace(/\/+$/, '');
  if (!place || !isPrefix(prefix))
    problems.push('BLOB_URL must be s3://bucket or s3://bucket/prefix; leave it out to keep pictures in DATA_DIR');
  if (endpoint && (URL.parse(endpoint)?.username || URL.parse(endpoint)?.search))
    problems.push('S3_ENDPOINT must be an address alone: the key belongs in AWS_ACCESS_KEY_ID');
  if (!region && !read.text('S3_ENDPOINT'))
    problems.push('AWS_REGION is missing: BLOB_URL needs it, or S3_ENDPOINT for a service other than Amazon’s');
  if (key === 'half')
    problems.push('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY belong together: set both, or neither for a role');
  return {
    bucket: place?.[1] ?? '',
    prefix,
    region: region ?? regionElsewhere,
    endpoint,
    credentials: key === 'half' ? undefined : key,
  };
}

const isPrefix = (prefix: string): boolean =>
  prefix === '' || prefix.split('/').every((part) => /^[\w.=-]+$/.test(part) && !/^\.+$/.test(part));

function credentials(read: Reader): S3Credentials | 'half' | undefined {
  const accessKeyId = read.text('AWS_ACCESS_KEY_ID');
  const secretAccessKey = read.text('AWS_SECRET_ACCESS_KEY');
  const sessionToken = read.text('AWS_SESSION_TOKEN');
  if (accessKeyId && secretAccessKey) return { accessKeyId, secretAccessKey, sessionToken };
  return accessKeyId || secretAccessKey ? 'half' : undefined;
}
