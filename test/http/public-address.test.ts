import { expect, test } from 'vitest';
import { guardedConnect } from '../../src/http/guarded-connect.ts';
import { isPublicAddress } from '../../src/http/public-address.ts';

test.each(['8.8.8.8', '162.159.128.233', '100.63.255.255', '172.32.0.1', '2606:4700::6810:84e5', '64:ff9b::8.8.8.8'])(
  '%s is on the public internet',
  (address) => expect(isPublicAddress(address)).toBe(true),
);

test.each([
  ...['0.0.0.0', '10.0.0.1', '100.127.255.255', '127.1.2.3', '168.63.129.16', '169.254.169.254', '172.31.255.255'],
  ...['192.0.0.192', '192.0.2.1', '192.88.99.1', '192.168.0.1', '198.19.0.1', '198.51.100.1', '203.0.113.1'],
  ...['224.0.0.251', '239.1.1.1', '240.0.0.1', '255.255.255.255'],
  ...['::', '::1', '::ffff:8.8.8.8', '::ffff:127.0.0.1', '::127.0.0.1', 'fe80::1', 'fe80::1%eth0', 'fec0::1'],
  ...['fc00::1', 'fd00:ec2::254', 'ff02::1', '100::1', '2001::1', '2001:db8::1', '2002:7f00:1::', '3fff::1'],
  ...['64:ff9b::127.0.0.1', '64:ff9b::a9fe:a9fe', '64:ff9b:1::1', 'localhost', '', '1.2.3'],
])('"%s" is not', (address) => expect(isPublicAddress(address)).toBe(false));

test('of several addresses of a name only the public ones are ever connected to', async () => {
  const connect = guardedConnect((_, __, callback) =>
    callback(null, [
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ]),
  );
  const failure = await new Promise((resolve) => {
    connect({ hostname: 'both.example', protocol: 'http:', port: '1' }, (...[error]) => resolve(error));
  });
  expect(failure).toMatchObject({ name: 'ForbiddenAddress' });
});
