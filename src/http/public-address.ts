import { BlockList, isIPv4, isIPv6 } from 'node:net';

/**
 * Tells addresses of the open internet from everything that is somebody's inside: this machine, its neighbours, its
 * cloud's metadata service.
 */

/**
 * Every IPv4 block that is not globally reachable, and one that looks public but is Azure's host seen from inside.
 * Sources: IANA IPv4 Special-Purpose Address Registry; RFC 6890; learn.microsoft.com "What is IP address
 * 168.63.129.16?". Read 2026-11.
 */
const insideV4: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/**
 * Parts of the global unicast block that are not public hosts, or that carry an IPv4 address to tunnel to (Teredo,
 * 6to4). Source: IANA IPv6 Special-Purpose Address Registry, read 2026-11.
 */
const insideV6: readonly (readonly [network: string, prefix: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const inside = new BlockList();
for (const [network, prefix] of insideV4) {
  inside.addSubnet(network, prefix, 'ipv4');
  // The same block as a NAT64 gateway writes it (RFC 6052).
  inside.addSubnet(`64:ff9b::${network}`, 96 + prefix, 'ipv6');
}
for (const [network, prefix] of insideV6) inside.addSubnet(network, prefix, 'ipv6');

/** Whatever is not global unicast or NAT64 is refused without being listed: loopback, link-local, mapped IPv4, … */
const globalV6 = new BlockList();
globalV6.addSubnet('2000::', 3, 'ipv6');
globalV6.addSubnet('64:ff9b::', 96, 'ipv6');

/** False also for what is no address at all. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !inside.check(address, 'ipv4');
  if (!isIPv6(address) || address.includes('%')) return false;
  return globalV6.check(address, 'ipv6') && !inside.check(address, 'ipv6');
}
