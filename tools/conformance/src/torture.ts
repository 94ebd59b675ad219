import { spawn, spawnSync } from 'node:child_process';
import type { TestShare } from './run-all.ts';

/** How one test of smbtorture ended. */
export interface TortureResult {
  readonly name: string;
  readonly status: 'pass' | 'fail' | 'skip' | 'timeout' | 'error';
  /** The first line that says why the test failed, if it did not pass. */
  readonly reason: string;
  readonly seconds: number;
}

export interface TortureOptions {
  readonly host: string;
  /** `name%password` of a user who owns the share. */
  readonly user: string;
  readonly user2?: string;
  readonly timeoutS: number;
  /** The share that a test needs; undefined: any. */
  readonly shareOf?: (name: string) => string | undefined;
  /** Further arguments of a test, by its name and the folder of the share that it works in. */
  readonly options?: (name: string, folder: string) => readonly string[];
}

/**
 * smbtorture lists a test under its suite with the last part doubled: `smb2.lock.async.async`. In
 * this project the test is called `smb2.lock.async`. The map leads from these names to
 * smbtorture's.
 */
export function listTests(): Map<string, string> {
  const { stdout } = spawnSync('smbtorture', ['--list', '-s', '/dev/null'], { encoding: 'utf8' });
  const tests = new Map<string, string>();
  for (const listed of stdout.split('\n')) {
    if (!listed.startsWith('smb2.')) continue;
    const parts = /^(.*?)\.(.+)\.\2$/.exec(listed);
    tests.set(parts === null ? listed : `${parts[1]}.${parts[2]}`, listed);
  }
  return tests;
}

/** Runs one test in its own smbtorture process, so that a hang or crash affects no other test. */
export function runTest(name: string, listed: string, share: TestShare, o: TortureOptions): Promise<TortureResult> {
  const [user2 = '', password2 = ''] = (o.user2 ?? '').split('%');
  const args = [
    '-s',
    '/dev/null',
    '-p',
    String(share.port),
    '-U',
    o.user,
    '--option=torture:progress=no',
    ...(user2 === '' ? [] : [`--option=torture:user2name=${user2}`, `--option=torture:user2password=${password2}`]),
    ...(o.options?.(name, share.folder) ?? []),
    `//${o.host}/${o.shareOf?.(name) ?? share.name}`,
    listed,
  ];
  const start = performance.now();
  return new Promise((resolve) => {
    const child = spawn('smbtorture', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString('latin1');
      });
    }
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, o.timeoutS * 1000);
    child.on('close', (code) => {
      clearTimeout(timer);
      const seconds = (performance.now() - start) / 1000;
      const outcome = late ? { status: 'timeout' as const, reason: `after ${o.timeoutS} s` } : verdict(output, code);
      resolve({ name, seconds, ...outcome });
    });
  });
}

/**
 * The worst result that smbtorture prints (`success: name`, `failure: name [`, …), and the reason.
 */
export function verdict(output: string, code: number | null): Pick<TortureResult, 'status' | 'reason'> {
  const said = new Map<string, string>();
  const lines = output.split('\n');
  for (const [i, line] of lines.entries()) {
    const word = /^(success|failure|error|skip): /.exec(line)?.[1];
    if (word === undefined || said.has(word)) continue;
    const detail = line.trimEnd().endsWith('[')
      ? lines.slice(i + 1).find((l) => l.trim() !== '' && l.trim() !== ']')
      : '';
    said.set(word, (detail ?? '').trim().replaceAll('../../source4/torture/', ''));
  }
  if (said.has('error')) return { status: 'error', reason: said.get('error')! };
  if (said.has('failure')) return { status: 'fail', reason: said.get('failure')! };
  if (said.has('skip')) return { status: 'skip', reason: said.get('skip')! };
  if (said.has('success'))
    return code === 0 ? { status: 'pass', reason: '' } : { status: 'error', reason: `exit ${code}` };
  const last = lines.findLast((line) => line.trim() !== '' && !/^(time|test):/.test(line));
  return { status: 'error', reason: `no verdict, exit ${code}: ${last?.trim() ?? ''}` };
}
