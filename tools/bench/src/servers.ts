import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A server under measurement. Its share is `bench`, its user `USER`. */
export interface BenchServer extends AsyncDisposable {
  readonly name: 'tsmbd' | 'smbd';
  readonly port: number;
  readonly pid: number;
}

/** The account on both servers; smbd wants one that the system has, and runs as root in any case. */
export const USER = 'root';
export const PASSWORD = 'benchPass1';

const MAIN = fileURLToPath(new URL('../../../apps/server/src/main.ts', import.meta.url));

/** tsmbd of this tree, as `tsmbd serve` runs it, with signing left to the client. */
export async function startTsmbd(share: string, work: string): Promise<BenchServer> {
  const state = join(work, 'tsmbd');
  mkdirSync(state, { recursive: true });
  const config = join(work, 'tsmbd.conf');
  const port = 45_450;
  writeFileSync(
    config,
    `[global]\ntcp port = ${port}\ninterfaces = 127.0.0.1\nbind interfaces only = yes\nserver signing = auto\n` +
      `[bench]\npath = ${share}\nread only = no\n`,
  );
  spawnSync(process.execPath, [MAIN, 'user', 'add', USER, '--state', state], { input: `${PASSWORD}\n` });
  const child = spawn(process.execPath, [MAIN, 'serve', '--config', config, '--state', state, '--log-level', 'warn'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return ready('tsmbd', child, port);
}

/** smbd of the system, private to this run. */
export async function startSmbd(share: string, work: string): Promise<BenchServer> {
  const state = join(work, 'smbd');
  for (const folder of ['private', 'lock', 'state', 'cache', 'pid', 'ncalrpc', 'log']) {
    mkdirSync(join(state, folder), { recursive: true });
  }
  const config = join(work, 'smb.conf');
  const port = 45_451;
  writeFileSync(
    config,
    `[global]
server role = standalone server
smb ports = ${port}
interfaces = lo
bind interfaces only = yes
disable netbios = yes
load printers = no
disable spoolss = yes
server signing = auto
private dir = ${state}/private
lock directory = ${state}/lock
state directory = ${state}/state
cache directory = ${state}/cache
pid directory = ${state}/pid
ncalrpc dir = ${state}/ncalrpc
log file = ${state}/log/log
log level = 0
[bench]
path = ${share}
read only = no
`,
  );
  spawnSync('smbpasswd', ['-c', config, '-s', '-a', USER], { input: `${PASSWORD}\n${PASSWORD}\n` });
  // smbd ends its whole process group: it gets one of its own.
  const child = spawn('/usr/sbin/smbd', ['-F', '--no-process-group', '-s', config], {
    stdio: 'ignore',
    detached: true,
  });
  return ready('smbd', child, port);
}

async function ready(name: BenchServer['name'], child: ChildProcess, port: number): Promise<BenchServer> {
  for (let tries = 0; ; tries++) {
    const up = await new Promise<boolean>((resolve) => {
      const socket = createConnection(port, '127.0.0.1');
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (up) break;
    if (tries > 100 || child.exitCode !== null) throw new Error(`${name} does not start`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    name,
    port,
    pid: child.pid!,
    async [Symbol.asyncDispose]() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
    },
  };
}
