import { networkInterfaces } from 'node:os';
import { type Listener, type ListenOptions, listen } from '@tsmbd/transport-tcp';
import type { GlobalValues } from './config/parameters.ts';
import { descriptorShares } from './descriptor-limit.ts';

/** What listeners do with clients that connect. */
export type ListenerCalls = Pick<
  ListenOptions,
  'groupOf' | 'makeRoom' | 'onConnection' | 'onDescriptor' | 'onRefused' | 'writeNow' | 'writeLater'
> & {
  /** Told when something is done in another way than configured. */
  readonly warn: (message: string) => void;
};

/** Settings that are read only at the start. */
export type ListenSettings = Pick<
  GlobalValues,
  'ports' | 'interfaces' | 'bindInterfacesOnly' | 'maxServerConnections' | 'maxConnectionsPerAddress' | 'workers'
>;

/** Listens on every port of every address that the configuration names, or on none. */
export async function listenAll(
  settings: ListenSettings,
  calls: ListenerCalls,
  open: typeof listen = listen,
): Promise<Listener[]> {
  const { maxServerConnections: most, maxConnectionsPerAddress } = settings;
  const maxConnections = Math.min(most === 0 ? Number.POSITIVE_INFINITY : most, descriptorShares().connections);
  const listeners: Listener[] = [];
  try {
    for (const host of addressesOf(settings)) {
      for (const port of settings.ports) {
        const options = { ...calls, host, port, maxConnections, maxConnectionsPerAddress };
        listeners.push(await listenOn(options, calls, open));
      }
    }
  } catch (error) {
    await Promise.all(listeners.map((listener) => listener.close()));
    throw error;
  }
  return listeners;
}

/**
 * A kernel without IPv6 has no address that stands for all addresses: the server then listens on
 * IPv4 alone.
 */
async function listenOn(options: ListenOptions, calls: ListenerCalls, open: typeof listen): Promise<Listener> {
  try {
    return await open(options);
  } catch (error) {
    if (options.host !== ALL || (error as NodeJS.ErrnoException).code !== 'EAFNOSUPPORT') {
      throw explained(error as NodeJS.ErrnoException, options);
    }
  }
  calls.warn('the system has no IPv6: listening on IPv4 alone');
  try {
    return await open({ ...options, host: '0.0.0.0' });
  } catch (error) {
    throw explained(error as NodeJS.ErrnoException, options);
  }
}

/** An error that says what to do about a port that cannot be used. */
function explained(error: NodeJS.ErrnoException, { host, port }: ListenOptions): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new Error(`port ${port} is taken; --port chooses another`, { cause: error });
    case 'EACCES':
      return new Error(`port ${port} needs root; --port chooses another`, { cause: error });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new Error(`${host} is no address or interface of this machine`, { cause: error });
    case 'EAFNOSUPPORT':
      return new Error(`the system has no addresses such as ${host}`, { cause: error });
    default:
      return new Error(`cannot listen on ${host}, port ${port}: ${error.message}`, { cause: error });
  }
}

/** The addresses to listen on: all, or those of the interfaces that the configuration names. */
function addressesOf({ interfaces, bindInterfacesOnly }: ListenSettings): string[] {
  if (!bindInterfacesOnly || interfaces.length === 0) return [ALL];
  const system = networkInterfaces();
  const addresses = interfaces.flatMap((name) => system[name]?.map((a) => a.address) ?? [name.split('/')[0]!]);
  return [...new Set(addresses)];
}

/** Settings of `after` that need a restart to be used: their names in the configuration. */
export function needsRestart(before: ListenSettings, after: ListenSettings): string[] {
  const names: readonly (readonly [keyof ListenSettings, string])[] = [
    ['ports', 'smb ports'],
    ['interfaces', 'interfaces'],
    ['bindInterfacesOnly', 'bind interfaces only'],
    ['maxServerConnections', 'max server connections'],
    ['maxConnectionsPerAddress', 'max connections per address'],
    ['workers', 'workers'],
  ];
  return names.filter(([key]) => String(before[key]) !== String(after[key])).map(([, name]) => name);
}

const ALL = '::';
