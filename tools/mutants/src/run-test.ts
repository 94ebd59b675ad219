import { type ChildProcess, spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { packageOf } from './faults.ts';

/** The result of a test file. `not loaded`: none of its tests ran. */
export type TestResult =
  | { readonly kind: 'passed' | 'not loaded' | 'hung' }
  | { readonly kind: 'failed'; readonly title: string };

/** Test files that are running now. */
const running = new Set<ChildProcess>();

/**
 * Runs one test file in a copy of the tree. If it runs longer than `timeoutMs`, it counts as
 * hanging.
 */
export function runTest(root: string, file: string, timeoutMs: number): Promise<TestResult> {
  const owner = packageOf(file);
  const ava = join(root, 'node_modules', 'ava', 'entrypoints', 'cli.js');
  const child = spawn(process.execPath, [ava, '--tap', '--fail-fast', file.slice(owner.length + 1)], {
    cwd: join(root, owner),
    env: environment(root),
    stdio: ['ignore', 'pipe', 'ignore'],
    // The test gets its own process group, so that the processes that it starts end with it.
    detached: true,
  });
  running.add(child);
  return new Promise((resolve, reject) => {
    let output = '';
    let hung = false;
    const timer = setTimeout(() => {
      hung = true;
      endGroup(child);
    }, timeoutMs);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.on('error', reject);
    child.on('close', (status) => {
      clearTimeout(timer);
      endGroup(child);
      running.delete(child);
      resolve(hung ? { kind: 'hung' } : resultOf(status, output));
    });
  });
}

/** Ends every test that is running. */
export function endTests(): void {
  for (const child of running) endGroup(child);
}

function resultOf(status: number | null, output: string): TestResult {
  if (status === 0) return { kind: 'passed' };
  if (/^# tests 0$/m.test(output)) return { kind: 'not loaded' };
  return { kind: 'failed', title: /^not ok \d+ - (.*)$/m.exec(output)?.[1] ?? 'the process of the test ended' };
}

/**
 * The copy's programs come first in the PATH, and the copy has its own cache of stripped sources.
 */
function environment(root: string): NodeJS.ProcessEnv {
  const modules = join(root, 'node_modules');
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    PATH: `${join(modules, '.bin')}${delimiter}${process.env['PATH']}`,
    NODE_COMPILE_CACHE: join(modules, '.cache', 'compile'),
  };
  // This code may itself run under ava, which sets variables for its workers.
  for (const name of Object.keys(env)) if (name.startsWith('AVA_') || name.startsWith('npm_')) delete env[name];
  return env;
}

function endGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    // The process group has already ended.
  }
}
