import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import {
  createPosixVfs,
  snapshotFormat,
  snapshotName,
  snapshotsIn,
  snapshotTime,
  type Vfs,
  withSnapshots,
} from '../src/index.ts';

const THEN = '@GMT-2026.11.21-04.00.00';
const OPEN = { disposition: 'open', kind: 'any', data: 'read' } as const;

test('a snapshot has the name that clients know its time by [MS-SMB2 2.2.32.2]', (t) => {
  const seconds = Date.UTC(2026, 10, 21, 4) / 1000;
  t.is(snapshotName(seconds), THEN);
  t.is(snapshotTime(THEN), seconds);
  for (const name of ['@GMT-2026.11.21', '@GMT-2026.13.21-04.00.00', `${THEN}x`, 'GMT-2026.11.21-04.00.00', '']) {
    t.is(snapshotTime(name), undefined, name);
  }
});

test('names of folders are understood as strftime writes them', (t) => {
  const seconds = Date.UTC(2026, 10, 21, 4, 5, 6) / 1000;
  const read = (format: string, name: string): number | undefined => snapshotFormat(format, false)(name);
  t.is(read('@GMT-%Y.%m.%d-%H.%M.%S', '@GMT-2026.11.21-04.05.06'), seconds);
  t.is(read('autosnap_%Y-%m-%d_%H:%M:%S_daily', 'autosnap_2026-11-21_04:05:06_daily'), seconds);
  t.is(read('%y%m%d', '261121'), Date.UTC(2026, 10, 21) / 1000);
  t.is(read('%s', String(seconds)), seconds);
  t.is(read('100%%-%Y', '100%-2026'), Date.UTC(2026, 0, 1) / 1000);
  t.is(read('a.b-%Y', 'axb-2026'), undefined, 'a dot is a dot');
  t.is(read('%Y-%m', '2026-13'), undefined);
  t.is(snapshotFormat('%Y-%m-%d', true)('2026-11-21'), new Date(2026, 10, 21).getTime() / 1000);
  t.throws(() => snapshotFormat('%q', false), { name: 'VfsError' });
});

/** A share with a folder of snapshots beside it. */
function share(t: ExecutionContext): { root: string; folder: string; vfs: Vfs } {
  const top = mkdtempSync(join(tmpdir(), 'tsmbd-snapshots-'));
  const [root, folder] = [join(top, 'share'), join(top, '.snapshots')];
  mkdirSync(join(folder, THEN, 'share', 'dir'), { recursive: true });
  mkdirSync(root);
  writeFileSync(join(folder, THEN, 'share', 'dir', 'f'), 'then');
  const vfs = withSnapshots(
    createPosixVfs({ root }),
    snapshotsIn({
      folder,
      format: snapshotFormat('@GMT-%Y.%m.%d-%H.%M.%S', false),
      below: 'share',
      newestFirst: true,
      open: (at) => createPosixVfs({ root: at, readOnly: true }),
    }),
  );
  t.teardown(async () => {
    await vfs.dispose();
    rmSync(top, { recursive: true });
  });
  return { root, folder, vfs };
}

async function codeOf(run: () => unknown): Promise<string | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

test('dated folders are snapshots, and are read only', async (t) => {
  const { vfs, folder } = share(t);
  mkdirSync(join(folder, '@GMT-2026.11.22-04.00.00'));
  mkdirSync(join(folder, 'other'));
  t.deepEqual(await vfs.snapshots!.names(), ['@GMT-2026.11.22-04.00.00', THEN]);
  const { handle } = await vfs.open([THEN, 'dir', 'f'], OPEN);
  const bytes = new Uint8Array(10);
  t.is(await handle.read(bytes, 0), 4);
  t.is(Buffer.from(bytes.subarray(0, 4)).toString(), 'then');
  t.deepEqual(await handle.path(), [THEN, 'dir', 'f']);
  t.true(handle.features?.readOnly);
  const changes: (() => unknown)[] = [
    () => handle.write(bytes, 0),
    () => handle.truncate(0n),
    () => handle.set({ attributes: 2 }),
    () => handle.setEa('a', bytes),
    () => handle.setStream('a', bytes),
    () => handle.setSecurityDescriptor(bytes),
    () => handle.rename(['x'], false),
    () => handle.link(['x'], false),
    () => handle.unlink(),
    () => vfs.open([THEN, 'dir', 'f'], { ...OPEN, data: 'read-write' }),
    () => vfs.open([THEN, 'dir', 'new'], { ...OPEN, disposition: 'create' }),
    () => vfs.open([THEN, 'dir', 'new'], { ...OPEN, disposition: 'open-or-create' }),
  ];
  for (const change of changes) t.is(await codeOf(change), 'read-only', String(change));
  await handle.close();
  // The share is not in the later one.
  t.is(await codeOf(() => vfs.open(['@GMT-2026.11.22-04.00.00', 'dir'], OPEN)), 'not-found');
  t.is(await codeOf(() => vfs.open(['@GMT-2020.01.01-00.00.00', 'dir'], OPEN)), 'not-found');
});

test('nothing leads out of a snapshot, and no link leads to one', async (t) => {
  const { vfs, folder, root } = share(t);
  writeFileSync(join(root, 'secret'), '');
  symlinkSync('../../../share/secret', join(folder, THEN, 'share', 'out'));
  symlinkSync(join(root, 'secret'), join(folder, THEN, 'share', 'far'));
  symlinkSync('dir/f', join(folder, THEN, 'share', 'in'));
  for (const name of ['out', 'far']) t.not(await codeOf(() => vfs.open([THEN, name], OPEN)), undefined, name);
  await (await vfs.open([THEN, 'in'], OPEN)).handle.close();
  for (const bad of [['..'], ['dir', '..', '..']])
    t.is(await codeOf(() => vfs.open([THEN, ...bad], OPEN)), 'invalid-name');
  symlinkSync('/', join(folder, '@GMT-2026.11.23-04.00.00'));
  mkdirSync(join(folder, '@GMT-2026.11.24-04.00.00'));
  symlinkSync('/etc', join(folder, '@GMT-2026.11.24-04.00.00', 'share'));
  for (const day of [23, 24]) {
    t.is(await codeOf(() => vfs.open([`@GMT-2026.11.${day}-04.00.00`, 'passwd'], OPEN)), 'symlink');
  }
});

test('a file of a snapshot is another file than the one that it was', async (t) => {
  const { vfs, root, folder } = share(t);
  mkdirSync(join(root, 'dir'));
  // Programs that make dated folders link what has not changed.
  linkSync(join(folder, THEN, 'share', 'dir', 'f'), join(root, 'dir', 'f'));
  const then = await vfs.open([THEN, 'dir', 'f'], OPEN);
  const now = await vfs.open(['dir', 'f'], OPEN);
  t.not(then.handle.identity, now.handle.identity);
  t.is(now.handle.isSnapshot, undefined);
  t.true(then.handle.isSnapshot);
  await then.handle.close();
  await now.handle.close();
});
