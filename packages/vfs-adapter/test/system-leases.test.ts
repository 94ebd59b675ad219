import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { createPosixVfs } from '../src/index.ts';

const HOLDER = fileURLToPath(new URL('./lease-holder.ts', import.meta.url));

/**
 * Another process that asks for a lease of the file `f`; this one is the local program that opens
 * it.
 */
function hold(t: ExecutionContext) {
  const root = mkdtempSync(join(tmpdir(), 'tsmbd-leases-'));
  writeFileSync(join(root, 'f'), 'text');
  const child = spawn(process.execPath, [HOLDER, root, 'f'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  t.teardown(() => {
    child.kill();
    rmSync(root, { recursive: true });
  });
  return {
    file: join(root, 'f'),
    says: async () => (await lines.next()).value as string | undefined,
    tell: (line: string) => child.stdin.write(`${line}\n`),
    exitCode: () => child.exitCode,
  };
}

test('a local writer waits until the lease is ended; its holder is told and lives on', async (t) => {
  const { file, says, tell, exitCode } = hold(t);
  t.is(await says(), 'held');
  let opened = false;
  const writer = open(file, 'a').then((f) => {
    opened = true;
    return f.close();
  });
  t.is(await says(), 'wanted');
  t.false(opened);
  tell('end');
  t.is(await says(), 'ended');
  await writer;
  t.is(exitCode(), null);
});

test('a local reader is held up too, because writes are cached', async (t) => {
  const { file, says, tell } = hold(t);
  t.is(await says(), 'held');
  const reader = open(file, 'r').then((f) => f.close());
  t.is(await says(), 'wanted');
  tell('end');
  t.is(await says(), 'ended');
  await t.notThrowsAsync(reader);
});

test('an open of our own does not wait for our own lease when it is told not to', async (t) => {
  const { says, tell } = hold(t);
  t.is(await says(), 'held');
  tell('open');
  const answers = [await says(), await says()];
  t.deepEqual(answers.sort(), ['busy', 'wanted']);
  tell('end');
  t.is(await says(), 'ended');
  tell('open');
  t.is(await says(), 'opened');
});

test('a thread that gets no signals takes no lease', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'tsmbd-leases-'));
  const vfs = createPosixVfs({ root });
  const { handle } = await vfs.open(['f'], { disposition: 'create', kind: 'file', data: 'read-write' });
  t.teardown(async () => {
    await handle.close();
    await vfs.dispose();
    rmSync(root, { recursive: true });
  });
  t.false(handle.lease?.(() => {}));
  t.notThrows(() => handle.endLease?.());
});
