import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { type HostWorld, hostNamesIn } from './hosts.ts';
import type { Settings } from './load.ts';

/**
 * The addresses that the names in `hosts allow` and `hosts deny` have now. Throws if a denied name
 * has no address, because it would keep nobody out.
 */
export async function hostWorldOf(
  { global, shares }: Settings,
  onMissing: (name: string) => void = () => {},
): Promise<HostWorld> {
  const lists = [global, ...shares.values()];
  const denied = new Set(lists.flatMap(({ hostsDeny }) => hostNamesIn(hostsDeny)));
  // A name behind EXCEPT in an allowed list is a denied name too.
  for (const { hostsAllow } of lists) {
    const except = hostsAllow.findIndex((element) => element.toUpperCase() === 'EXCEPT');
    if (except >= 0) for (const name of hostNamesIn(hostsAllow.slice(except))) denied.add(name);
  }
  const names = new Set([...denied, ...lists.flatMap(({ hostsAllow }) => hostNamesIn(hostsAllow))]);
  const known = new Map<string, readonly string[]>();
  for (const name of names) {
    const addresses = await addressesOf(name);
    if (addresses.length === 0 && denied.has(name)) throw new Error(`hosts deny: ${name} has no address`);
    if (addresses.length === 0) onMissing(name);
    known.set(name, addresses);
  }
  const own = Object.values(networkInterfaces()).flatMap((list) => list?.map(({ address }) => address) ?? []);
  return { lookUp: (name) => known.get(name) ?? [], ownAddresses: () => ['127.0.0.1', '::1', ...own] };
}

async function addressesOf(name: string): Promise<readonly string[]> {
  try {
    return (await lookup(name, { all: true })).map(({ address }) => address);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return [];
  }
}
