import { type ClientOptions, SmbClient } from '@tsmbd/tool-smb-client';
import { createMemoryTransportPair } from '@tsmbd/transport-tcp/testing';
import { createMemoryVfs, type Vfs } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { type ServerConfig, type ServerEnvironment, type Share, SmbServer } from '../src/index.ts';
import { diskShare, TEST_CONFIG, testEnvironment, VirtualClock, workerLinks } from '../src/testing.ts';

/** How many workers serve together. The tests hold for any number. */
export const WORKERS = Number(process.env['TSMBD_TEST_WORKERS'] ?? '1');

/**
 * For tests that look inside the one engine of a server, or move its clock to where one engine
 * stands.
 */
export const alone = WORKERS === 1 ? test : test.skip;

/** A server over in-memory transports, with a clock that a test moves by hand. */
export interface Harness {
  readonly server: SmbServer;
  readonly vfs: Vfs;
  /** Lets time pass: timers that are due are called. */
  advance(ms: number): Promise<void>;
  connect(options?: ClientOptions): SmbClient;
  /** Connects, negotiates and logs on as `alice`, unless told otherwise. */
  logOn(options?: ClientOptions, user?: string, password?: string): Promise<SmbClient>;
  /** Lines that were logged at level error. */
  readonly errors: string[];
}

export { diskShare };

export function startServer(
  config: Partial<ServerConfig> = {},
  share: Partial<Share> = {},
  environment: Partial<ServerEnvironment> = {},
): Harness {
  const vfs = share.vfs ?? createMemoryVfs();
  const errors: string[] = [];
  const clock = new VirtualClock();
  const links = WORKERS > 1 ? workerLinks(WORKERS).links : [undefined];
  const servers = links.map(
    (workers) =>
      new SmbServer(
        { ...TEST_CONFIG, ...config },
        [diskShare('share', vfs, share)],
        testEnvironment({ clock, onError: (line) => errors.push(line), ...environment, workers }),
      ),
  );
  const server = servers[0]!;
  for (const other of servers.slice(1)) {
    const { setShares } = server;
    server.setShares = (shares) => {
      setShares.call(server, shares);
      other.setShares(shares);
    };
  }
  let next = 0;
  const connect = (options: ClientOptions = {}): SmbClient => {
    const pair = createMemoryTransportPair();
    // Clients that meet at a file come to different workers.
    servers[next++ % servers.length]!.accept(pair.server);
    return new SmbClient(pair.client, options);
  };
  return {
    server,
    vfs,
    errors,
    connect,
    async advance(ms) {
      clock.advance(ms);
      await settle();
    },
    async logOn(options = {}, user = 'alice', password = `${user}-password`) {
      const client = connect(options);
      await client.negotiate();
      await client.logOn(user, password);
      return client;
    },
  };
}

/** Lets everything that is on its way arrive. */
export async function settle(): Promise<void> {
  for (let i = 0; i < (WORKERS > 1 ? 25 : 5); i++) await new Promise((resolve) => setImmediate(resolve));
}
