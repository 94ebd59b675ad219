import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDaemon, USER } from '@tsmbd/tool-conformance';
import { startSmbd as startPrivateSmbd } from '@tsmbd/tool-smbd';

/** A server to record. Its one share is `t0`. */
export interface RecordedServer extends AsyncDisposable {
  readonly kind: 'smbd' | 'tsmbd';
  /** Name and version. */
  readonly name: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Empties the share and puts the files into it that the scenes expect. */
  reset(): void;
}

/** The daemon of this tree. */
export async function startTsmbd(): Promise<RecordedServer> {
  const daemon = await startDaemon(1, 'server signing = auto');
  const [user = '', password = ''] = USER.split('%');
  const { version } = JSON.parse(readFileSync(new URL('../../../apps/server/package.json', import.meta.url), 'utf8'));
  return {
    kind: 'tsmbd',
    name: `tsmbd ${version}`,
    port: daemon.port,
    user,
    password,
    reset: () => prepare(daemon.shares[0]!.folder),
    [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose](),
  };
}

/** smbd of the system, private to this run. */
export async function startSmbd(): Promise<RecordedServer> {
  const folder = mkdtempSync('/dev/shm/tsmbd-capture-');
  const path = join(folder, 't0');
  mkdirSync(path);
  const [port, password] = [45_460, 'Passw0rd1'];
  const settings = 'netbios name = SMBD\nserver min protocol = SMB2_02';
  const smbd = await startPrivateSmbd({ folder, port, share: { name: 't0', path }, password, settings });
  return {
    kind: 'smbd',
    name: smbd.version,
    port,
    user: 'root',
    password,
    reset: () => prepare(path),
    async [Symbol.asyncDispose]() {
      await smbd[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function prepare(share: string): void {
  for (const entry of readdirSync(share)) rmSync(join(share, entry), { recursive: true, force: true });
  mkdirSync(join(share, 'folder'));
  writeFileSync(join(share, 'small.txt'), 'a small file\n');
  writeFileSync(join(share, 'folder', 'größe.bin'), Buffer.alloc(3000, 'tsmbd'));
}
