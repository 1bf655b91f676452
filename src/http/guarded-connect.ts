import dns from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { isPublicAddress } from './public-address.ts';

/** Thrown for an address that Easel must not reach. */
export class ForbiddenAddress extends Error {
  override name = 'ForbiddenAddress';
}

type LookupAll = (
  hostname: string,
  options: dns.LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: dns.LookupAddress[]) => void,
) => void;

/**
 * Opens sockets to public addresses only.
 * The check is the socket's own name resolution: what was checked is what gets connected to, so that no second answer
 * of a name server can slip in between.
 * @param lookup for tests; else the system's
 */
export function guardedConnect(lookup: LookupAll = dns.lookup): buildConnector.connector {
  const connect = buildConnector({ timeout: 10_000, lookup: publicOnly(lookup), autoSelectFamily: true });
  return (options, callback) => {
    const host = options.hostname.replace(/^\[|\]$/g, '');
    // A literal address is never looked up.
    if (isIP(host) !== 0 && !isPublicAddress(host)) return callback(forbidden(host), null);
    connect(options, callback);
  };
}

/** Fails when any address of a name is not public: who owns such a name has both sides in mind. */
function publicOnly(lookup: LookupAll): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '');
      const [first] = addresses;
      if (!first || !addresses.every(({ address }) => isPublicAddress(address)))
        return callback(forbidden(hostname), '');
      if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

const forbidden = (host: string) => new ForbiddenAddress(`${host} is not on the public internet`);
