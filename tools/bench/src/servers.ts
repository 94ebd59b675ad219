import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listening, startSmbd as startPrivateSmbd } from '@tsmbd/tool-smbd';

/** A server under measurement. Its share is `bench`, its user `USER`. */
export interface BenchServer extends AsyncDisposable {
  readonly name: 'tsmbd' | 'smbd';
  readonly port: number;
  readonly pid: number;
}

/**
 * The account on both servers. smbd needs an account that the system has, and runs as root in any
 * case.
 */
export const USER = 'root';
export const PASSWORD = 'benchPass1';

const MAIN = fileURLToPath(new URL('../../../apps/server/src/main.ts', import.meta.url));

/** tsmbd of this tree, run by `tsmbd serve`. The client chooses whether to sign. */
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
  await listening(port, () => child.exitCode !== null);
  return {
    name: 'tsmbd',
    port,
    pid: child.pid!,
    async [Symbol.asyncDispose]() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
    },
  };
}

/** smbd of the system, private to this run. */
export async function startSmbd(share: string, work: string): Promise<BenchServer> {
  const folder = join(work, 'smbd');
  const port = 45_451;
  const smbd = await startPrivateSmbd({ folder, port, share: { name: 'bench', path: share }, password: PASSWORD });
  return { name: 'smbd', port, pid: smbd.pid, [Symbol.asyncDispose]: () => smbd[Symbol.asyncDispose]() };
}
