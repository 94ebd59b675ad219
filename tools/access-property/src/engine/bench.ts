import { ntHash } from '@tsmbd/ntlm-auth';
import { type Account, SmbServer } from '@tsmbd/smb2-server';
import { diskShare, TEST_CONFIG, testEnvironment, VirtualClock } from '@tsmbd/smb2-server/testing';
import { SmbClient } from '@tsmbd/tool-smb-client';
import { createMemoryTransportPair } from '@tsmbd/transport-tcp/testing';
import { GROUPS_OF, mayOnlyRead, SHARES, type ShareName, SID_OF, USERS, type User } from '../people.ts';
import { type Backend, type BackendName, CaseVfs, makeBackend } from './backend.ts';

const ACCOUNTS: readonly Account[] = USERS.map((name) => ({
  name,
  domain: 'TEST',
  sid: SID_OF[name],
  groups: GROUPS_OF[name],
  ntHash: ntHash(`${name}-password`),
}));

/** The connection that a request goes by, and its tree. */
export interface Seat {
  readonly client: SmbClient;
  readonly treeId: number;
}

/**
 * A server with all users logged on and connected to every share. The files behind it change from
 * case to case.
 */
export class Bench {
  readonly server: SmbServer;
  readonly vfs: CaseVfs;
  readonly backend: Backend;
  /** Lines of level error. */
  readonly errors: string[] = [];
  readonly #clients = new Map<User, SmbClient>();
  readonly #trees = new Map<string, number>();

  constructor(backend: BackendName) {
    this.backend = makeBackend(backend);
    this.vfs = new CaseVfs(this.backend.fresh());
    const shares = SHARES.map((name) =>
      diskShare(name, this.vfs, {
        place: this.vfs.place,
        kernelChangeNotify: false,
        readOnly: name === 'nobody',
        uid: process.getuid!(),
        access: (identity) => (name !== 'nobody' && mayOnlyRead(identity.name as User, name) ? 'read' : 'write'),
      }),
    );
    this.server = new SmbServer(
      { ...TEST_CONFIG, signingRequired: false, encryption: 'off', compression: false },
      shares,
      testEnvironment({
        clock: new VirtualClock(),
        onError: (line) => this.errors.push(line),
        accounts: { find: (user) => ACCOUNTS.find(({ name }) => name === user) },
      }),
    );
  }

  /** Logs all users on. Errors: SmbError if the server refuses a user. */
  async logOn(): Promise<void> {
    for (const user of USERS) {
      const pair = createMemoryTransportPair();
      this.server.accept(pair.server);
      const client = new SmbClient(pair.client, { sign: false, verify: false });
      await client.negotiate();
      await client.logOn(user, `${user}-password`);
      this.#clients.set(user, client);
      for (const share of SHARES) this.#trees.set(`${user} ${share}`, await client.tree(share));
    }
  }

  seat(user: User, share: ShareName): Seat {
    return { client: this.#clients.get(user)!, treeId: this.#trees.get(`${user} ${share}`)! };
  }

  async end(): Promise<void> {
    for (const client of this.#clients.values()) client.close();
    await this.server.shutdown('end');
    await this.vfs.dispose();
    this.backend.remove();
  }
}
