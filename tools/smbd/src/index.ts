import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

export { freePort } from './free-port.ts';

/** An smbd that runs only for this test run, on 127.0.0.1. */
export interface PrivateSmbd extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
  /** `Samba 4.22.1-Debian` */
  readonly version: string;
}

/** Not everybody has sbin in the path. */
const SMBD = '/usr/sbin/smbd';

export interface SmbdOptions {
  /**
   * An empty folder for its configuration, databases and logs. The caller removes it when smbd has
   * ended.
   */
  readonly folder: string;
  /** Default: one that is free. */
  readonly port?: number;
  readonly share: { readonly name: string; readonly path: string };
  /**
   * root's password in smbd. smbd knows only accounts that the system has, and runs as root in any
   * case.
   */
  readonly password: string;
  /** More lines for [global]. */
  readonly settings?: string;
  /** Lines of more shares. */
  readonly shares?: string;
  /** More accounts, whom the system has to know. */
  readonly users?: readonly string[];
  /** The environment of smbd and smbpasswd. Default: that of this process. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts the system's smbd and waits until it listens. Needs root. Throws if it does not start. */
export async function startSmbd(options: SmbdOptions): Promise<PrivateSmbd> {
  const {
    folder,
    port = await freePort(),
    share,
    password,
    settings = '',
    shares = '',
    users = [],
    env = process.env,
  } = options;
  for (const name of ['private', 'lock', 'state', 'cache', 'pid', 'ncalrpc', 'log']) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  const config = join(folder, 'smb.conf');
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
private dir = ${folder}/private
lock directory = ${folder}/lock
state directory = ${folder}/state
cache directory = ${folder}/cache
pid directory = ${folder}/pid
ncalrpc dir = ${folder}/ncalrpc
log file = ${folder}/log/log
log level = 0
${settings}
[${share.name}]
path = ${share.path}
read only = no
${shares}
`,
  );
  for (const user of ['root', ...users]) {
    spawnSync('smbpasswd', ['-c', config, '-s', '-a', user], { input: `${password}\n${password}\n`, env });
  }
  // smbd ends its whole process group, so it gets its own group.
  const child = spawn(SMBD, ['-F', '--no-process-group', '-s', config], {
    stdio: 'ignore',
    detached: true,
    env,
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  await listening(port, () => child.exitCode !== null);
  return {
    pid: child.pid!,
    port,
    version: `Samba ${spawnSync(SMBD, ['--version'], { encoding: 'utf8' }).stdout.replace('Version', '').trim()}`,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await gone;
      endHelpers(config);
    },
  };
}

/**
 * Resolves when somebody listens on 127.0.0.1:`port`. Throws after half a minute, or if `ended`
 * says that the process has ended.
 */
export async function listening(port: number, ended: () => boolean): Promise<void> {
  for (let tries = 0; tries < 300 && !ended(); tries++) {
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
  throw new Error(`nobody listens on port ${port}`);
}

/**
 * smbd's RPC services continue after smbd has ended. This ends the processes whose command line
 * names this run's configuration.
 */
function endHelpers(config: string): void {
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
    try {
      if (readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes(config)) process.kill(Number(entry));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      // The process has ended by itself meanwhile.
    }
  }
}
