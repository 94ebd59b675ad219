import { BlockList, isIP } from 'node:net';

/**
 * The value of `hosts allow` or `hosts deny`: `list EXCEPT list EXCEPT list …`, with the elements
 * as they are written.
 */
export type HostList = readonly string[];

/** The addresses of a name. Empty when there are none. */
export type LookUp = (name: string) => readonly string[];

/** Addresses that are this machine's own, for LOCAL. */
export type OwnAddresses = () => readonly string[];

/** What is needed to resolve a name in a list. */
export interface HostWorld {
  readonly lookUp: LookUp;
  readonly ownAddresses: OwnAddresses;
}

/**
 * Which addresses may connect, as Samba decides it. An address that `allow` names may connect. An
 * address that only `deny` names may not. All other addresses may connect, unless there is `allow`
 * and no `deny`. The loopback addresses may connect unless `deny` names them and `allow` does not.
 */
export function hostsRule(
  allow: HostList,
  deny: HostList,
  world: HostWorld,
): ((address: string) => boolean) | undefined {
  if (allow.length === 0 && deny.length === 0) return undefined;
  const allowed = matcher(allow, world);
  const denied = matcher(deny, world);
  return (address) => {
    if (allowed(address)) return true;
    if (denied(address)) return false;
    return allow.length === 0 || deny.length > 0 || isLoopback(address);
  };
}

/** What is wrong with an element of a list; undefined if nothing is. */
export function hostProblem(element: string): string | undefined {
  if (WORDS.has(element.toUpperCase()) || isIP(element) !== 0 || isPrefix(element)) return undefined;
  if (element.startsWith('@')) return 'netgroups are not supported';
  if (element.startsWith('.')) return 'domains are not supported: clients are known by their addresses';
  if (element.includes('/')) return parseSubnet(element) === undefined ? 'not an address with a netmask' : undefined;
  return /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$/.test(element) && !/^[\d.]+$/.test(element)
    ? undefined
    : 'not the name or the address of a host';
}

/** The elements that are names and have to be looked up. */
export function hostNamesIn(list: HostList): string[] {
  return list.filter(
    (e) =>
      !WORDS.has(e.toUpperCase()) && isIP(e) === 0 && !isPrefix(e) && !e.includes('/') && hostProblem(e) === undefined,
  );
}

const WORDS: ReadonlySet<string> = new Set(['ALL', 'EXCEPT', 'LOCAL', 'FAIL']);

type Matcher = (address: string) => boolean;

/** `a b EXCEPT c EXCEPT d`: what is in the first list and not in the rest. */
function matcher(list: HostList, world: HostWorld): Matcher {
  const except = list.findIndex((element) => element.toUpperCase() === 'EXCEPT');
  if (except < 0) return anyOf(list, world);
  const listed = anyOf(list.slice(0, except), world);
  const excepted = matcher(list.slice(except + 1), world);
  return (address) => listed(address) && !excepted(address);
}

function anyOf(list: HostList, world: HostWorld): Matcher {
  if (list.some((element) => element.toUpperCase() === 'ALL')) return () => true;
  const addresses = new BlockList();
  for (const element of list) add(element, addresses, world);
  return (address) => {
    const plain = plainAddress(address);
    const version = isIP(plain);
    return version !== 0 && addresses.check(plain, version === 4 ? 'ipv4' : 'ipv6');
  };
}

function add(element: string, to: BlockList, world: HostWorld): void {
  const word = element.toUpperCase();
  const subnet = parseSubnet(element);
  if (word === 'LOCAL') addAll(world.ownAddresses(), to);
  else if (word === 'FAIL') return;
  else if (subnet !== undefined) to.addSubnet(subnet.net, subnet.bits, subnet.family);
  else if (isPrefix(element)) {
    const parts = element.split('.').filter((part) => part !== '');
    to.addSubnet([...parts, '0', '0', '0'].slice(0, 4).join('.'), 8 * parts.length, 'ipv4');
  } else addAll(isIP(element) === 0 ? world.lookUp(element) : [element], to);
}

function addAll(addresses: readonly string[], to: BlockList): void {
  for (const address of addresses) {
    const plain = plainAddress(address);
    to.addAddress(plain, isIP(plain) === 4 ? 'ipv4' : 'ipv6');
  }
}

/** `192.168.`: all addresses that begin so. */
function isPrefix(element: string): boolean {
  return /^(\d{1,3}\.){1,3}$/.test(element) && element.split('.').every((part) => Number(part) <= 255);
}

interface Subnet {
  readonly net: string;
  readonly bits: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** `10.0.0.0/8`, `10.0.0.0/255.0.0.0`, `fe80::/10`. */
function parseSubnet(element: string): Subnet | undefined {
  const match = /^\[?([^/[\]]+)\]?\/(.+)$/.exec(element);
  const version = match === null ? 0 : isIP(match[1]!);
  if (version === 0) return undefined;
  const bits =
    version === 4 && isIP(match![2]!) === 4 ? bitsOf(match![2]!) : Number(/^\d+$/.exec(match![2]!)?.[0] ?? -1);
  if (bits === undefined || bits < 0 || bits > (version === 4 ? 32 : 128)) return undefined;
  return { net: match![1]!, bits, family: version === 4 ? 'ipv4' : 'ipv6' };
}

/** The number of ones at the start of a netmask; undefined if ones follow zeros. */
function bitsOf(mask: string): number | undefined {
  const binary = mask
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('');
  return /^1*0*$/.test(binary) ? binary.lastIndexOf('1') + 1 : undefined;
}

/**
 * An address without its zone. An IPv4 address that is written as IPv6 (`::ffff:…`) becomes IPv4.
 */
function plainAddress(address: string): string {
  return address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}

function isLoopback(address: string): boolean {
  const plain = plainAddress(address);
  return plain === '::1' || plain.startsWith('127.');
}
