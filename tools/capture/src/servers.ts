import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { startDaemon, USER } from '@tsmbd/tool-conformance';

/** A server to record. Its one share is `t0`. */
export interface RecordedServer extends AsyncDisposable {
  readonly kind: 'smbd' | 'tsmbd';
  /** Name and version. */
  readonly name: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Empties the share and puts the files there that the scenes expect. */
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

/** smbd of the system, private to this run. Its accounts must be the system's: root, with a password of its own. */
export async function startSmbd(): Promise<RecordedServer> {
  const folder = mkdtempSync('/dev/shm/tsmbd-capture-');
  for (const name of ['private', 'lock', 'state', 'cache', 'pid', 'ncalrpc', 'log', 't0']) {
    mkdirSync(join(folder, name));
  }
  const config = join(folder, 'smb.conf');
  const port = 45_460;
  writeFileSync(
    config,
    `[global]
server role = standalone server
netbios name = SMBD
server min protocol = SMB2_02
smb ports = ${port}
interfaces = lo
bind interfaces only = yes
disable netbios = yes
load printers = no
disable spoolss = yes
server signing = auto
private dir = ${folder}/private
lock directory = ${folder}/lock
state directory = ${folder}/state
cache directory = ${folder}/cache
pid directory = ${folder}/pid
ncalrpc dir = ${folder}/ncalrpc
log file = ${folder}/log/log
log level = 0
[t0]
path = ${folder}/t0
read only = no
`,
  );
  const [user, password] = ['root', 'Passw0rd1'];
  spawnSync('smbpasswd', ['-c', config, '-s', '-a', user], { input: `${password}\n${password}\n` });
  // smbd ends its whole process group: it gets one of its own.
  const child = spawn('/usr/sbin/smbd', ['-F', '--no-process-group', '-s', config], {
    stdio: 'ignore',
    detached: true,
  });
  await listening(child, port);
  return {
    kind: 'smbd',
    name: `Samba ${spawnSync('smbd', ['--version'], { encoding: 'utf8' }).stdout.replace('Version', '').trim()}`,
    port,
    user,
    password,
    reset: () => prepare(join(folder, 't0')),
    async [Symbol.asyncDispose]() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
      endHelpers(folder);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** smbd's RPC services outlive it: ends the processes whose command line names this run's folder. */
function endHelpers(folder: string): void {
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
    try {
      if (readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes(`${folder}/smb.conf`)) process.kill(Number(entry));
    } catch {
      // It ended by itself meanwhile.
    }
  }
}

function prepare(share: string): void {
  for (const entry of readdirSync(share)) rmSync(join(share, entry), { recursive: true, force: true });
  mkdirSync(join(share, 'folder'));
  writeFileSync(join(share, 'small.txt'), 'a small file\n');
  writeFileSync(join(share, 'folder', 'größe.bin'), Buffer.alloc(3000, 'tsmbd'));
}

async function listening(child: ChildProcess, port: number): Promise<void> {
  for (let tries = 0; tries < 100 && child.exitCode === null; tries++) {
    const up = await new Promise<boolean>((resolve) => {
      const socket = createConnection(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (up) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('smbd does not start');
}
