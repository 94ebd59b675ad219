import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import ava, { type ExecutionContext } from 'ava';
import {
  createPosixVfs,
  threadUser,
  VfsError,
  type VfsHandle,
  type VfsIdentity,
  type VfsOpenOptions,
} from '../src/index.ts';
import { O } from '../src/posix/constants.ts';
import { libc } from '../src/posix/libc.ts';

/* What is done as a user of the system, by a process that may act as all of them. */

const ANN: VfsIdentity = { uid: 61_001, gid: 61_001, groups: [61_001, 61_100] };
const BOB: VfsIdentity = { uid: 61_002, gid: 61_002, groups: [61_002] };
const STAFF = 61_100;

const isRoot = process.geteuid?.() === 0 && libc().thread.canSwitch;
const test = isRoot ? ava.serial : ava.skip;

/** A folder on a disk with extended attributes, whose file system keeps owners. */
function folder(t: ExecutionContext): string {
  const root = mkdtempSync('/var/tmp/tsmbd-user-');
  chmodSync(root, 0o755);
  t.teardown(() => rmSync(root, { recursive: true }));
  return root;
}

/** A file of a user, made past the back end. */
function give(path: string, owner: VfsIdentity, mode: number, content = 'text'): string {
  writeFileSync(path, content);
  chownSync(path, owner.uid, owner.gid);
  chmodSync(path, mode);
  return path;
}

const OPEN = { disposition: 'open', kind: 'any', data: 'none' } as const;

async function as<T>(
  root: string,
  identity: VfsIdentity | undefined,
  path: string[],
  options: Partial<VfsOpenOptions>,
  work: (handle: VfsHandle) => T | Promise<T>,
): Promise<T> {
  const vfs = createPosixVfs({ root });
  const { handle } = await vfs.open(path, { ...OPEN, ...options, identity });
  try {
    return await work(handle);
  } finally {
    await handle.close();
    await vfs.dispose();
  }
}

/** How it ends. Whatever happens, the thread is the process's own user again. */
async function code(work: () => unknown): Promise<string> {
  const ended = await codeOf(work);
  return seen() === OWN ? ended : `the thread is still ${seen()}`;
}

async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work();
    return 'done';
  } catch (error) {
    if (error instanceof VfsError) return error.code;
    throw error;
  }
}

/** What the kernel says about this thread: fsuid, fsgid, groups, effective capabilities. */
function seen(): string {
  const status = readFileSync('/proc/thread-self/status', 'latin1');
  return ['Uid', 'Gid', 'Groups', 'CapEff'].map((name) => new RegExp(`^${name}:.*$`, 'm').exec(status)![0]).join(' ');
}

const OWN = isRoot ? seen() : '';

test('what a user makes is the user’s, also in a directory that gives its group', async (t) => {
  const root = folder(t);
  chmodSync(root, 0o777);
  const shared = join(root, 'shared');
  mkdirSync(shared);
  chownSync(shared, 0, STAFF);
  chmodSync(shared, 0o2775);
  await as(root, ANN, ['f'], { disposition: 'create', kind: 'file', data: 'write' }, () => {});
  await as(root, ANN, ['d'], { disposition: 'create', kind: 'directory' }, () => {});
  await as(root, ANN, ['shared', 'f'], { disposition: 'create', kind: 'file', data: 'write' }, () => {});
  await as(root, ANN, ['shared', 'd'], { disposition: 'create', kind: 'directory' }, () => {});
  const ids = (name: string): number[] => [statSync(join(root, name)).uid, statSync(join(root, name)).gid];
  t.deepEqual(ids('f'), [ANN.uid, ANN.gid]);
  t.deepEqual(ids('d'), [ANN.uid, ANN.gid]);
  t.deepEqual(ids('shared/f'), [ANN.uid, STAFF]);
  t.deepEqual(ids('shared/d'), [ANN.uid, STAFF]);
  t.is(seen(), OWN);
});

test('the kernel decides by owner, group and other; the process’s own rights never count', async (t) => {
  const root = folder(t);
  const open = (who: VfsIdentity, name: string, data: VfsOpenOptions['data']) => () =>
    as(root, who, [name], { data }, () => {});
  give(join(root, 'own'), ANN, 0o600);
  give(join(root, 'foreign'), BOB, 0o600);
  give(join(root, 'staff'), { ...BOB, gid: STAFF }, 0o640);
  t.is(await code(open(ANN, 'own', 'read-write')), 'done');
  t.is(await code(open(ANN, 'foreign', 'read')), 'access-denied');
  t.is(await code(open(ANN, 'foreign', 'write')), 'access-denied');
  t.is(await code(open(ANN, 'staff', 'read')), 'done');
  t.is(await code(open(ANN, 'staff', 'write')), 'access-denied');
  t.is(await code(open({ ...ANN, groups: [ANN.gid] }, 'staff', 'read')), 'access-denied');
  t.is(await code(open(BOB, 'staff', 'read-write')), 'done');
});

test('no change of a foreign file or directory is made with the process’s rights', async (t) => {
  const root = folder(t);
  chmodSync(root, 0o755);
  const dir = join(root, 'dir');
  mkdirSync(dir);
  chownSync(dir, BOB.uid, BOB.gid);
  chmodSync(dir, 0o755);
  const file = give(join(dir, 'f'), BOB, 0o644);
  mkdirSync(join(dir, 'sub'));
  const change = (work: (handle: VfsHandle) => unknown, path = ['dir', 'f']) =>
    code(() => as(root, ANN, path, {}, work));
  const at = 1_000_000_000_000_000_000n;
  const refused: Record<string, Promise<string>> = {
    mode: change((h) => h.set({ mode: 0o777 })),
    times: change((h) => h.set({ writeTime: at })),
    attributes: change((h) => h.set({ attributes: 0x02 })),
    ea: change((h) => h.setEa('A', new Uint8Array([1]))),
    stream: change((h) => h.setStream('s', new Uint8Array([1]))),
    rename: change((h) => h.rename(['dir', 'g'], false)),
    'rename out': change((h) => h.rename(['g'], false)),
    replace: change((h) => h.rename(['dir', 'sub'], true)),
    link: change((h) => h.link(['dir', 'g'], false)),
    unlink: change((h) => h.unlink()),
    rmdir: change((h) => h.unlink(), ['dir', 'sub']),
    create: code(() => as(root, ANN, ['dir', 'new'], { disposition: 'create', kind: 'file', data: 'write' }, () => {})),
    mkdir: code(() => as(root, ANN, ['dir', 'new'], { disposition: 'create', kind: 'directory' }, () => {})),
  };
  for (const [name, result] of Object.entries(refused)) t.is(await result, 'access-denied', name);
  t.deepEqual(
    [readFileSync(file, 'utf8'), statSync(file).mode & 0o777, existsSync(join(dir, 'sub'))],
    ['text', 0o644, true],
  );
  t.is(libc().listxattr(file), 0, 'no attribute was left');
});

test('an unlink for another user is that user’s, not that of the handle', async (t) => {
  const root = folder(t);
  const dir = join(root, 'dir');
  mkdirSync(dir);
  chownSync(dir, BOB.uid, BOB.gid);
  give(join(dir, 'f'), BOB, 0o666);
  t.is(await code(() => as(root, BOB, ['dir', 'f'], {}, (h) => h.unlink(ANN))), 'access-denied');
  t.is(await code(() => as(root, ANN, ['dir', 'f'], {}, (h) => h.unlink(BOB))), 'done');
  t.false(existsSync(join(dir, 'f')));
});

test('what waits for a disk is done as the user on another thread: a write takes the set-user-id bit away', async (t) => {
  const root = folder(t);
  // CAP_FSETID, which root has, would keep the bit.
  for (const size of [1, 3 << 20]) {
    const file = give(join(root, `f${size}`), BOB, 0o4777);
    await as(root, ANN, [`f${size}`], { data: 'read-write' }, (h) => h.write(new Uint8Array(size), 0));
    t.is(statSync(file).mode & 0o7777, 0o777, `${size} bytes`);
    t.is(statSync(file).size, Math.max(4, size));
  }
  const pooled = libc().as(ANN);
  const foreign = give(join(root, 'foreign'), BOB, 0o600);
  t.is(await pooled.openatLater(-100, foreign, O.RDONLY), -13);
  t.is(await pooled.openatLater(-100, give(join(root, 'own'), ANN, 0o600), O.RDONLY).then((fd) => libc().close(fd)), 0);
  t.is(
    await libc()
      .openatLater(-100, foreign, O.RDONLY)
      .then((fd) => libc().close(fd)),
    0,
  );
  t.is(seen(), OWN);
});

test('who may not list a directory learns no spelling from what others listed', async (t) => {
  const root = folder(t);
  const dir = join(root, 'Dir');
  mkdirSync(join(dir, 'Inner'), { recursive: true });
  give(join(dir, 'File'), ANN, 0o666);
  give(join(dir, 'Inner', 'Deep'), ANN, 0o666);
  chownSync(dir, ANN.uid, ANN.gid);
  // Others may go through, and not look.
  chmodSync(dir, 0o711);
  const vfs = createPosixVfs({ root });
  const opened = (who: VfsIdentity, ...path: string[]) =>
    code(async () => (await vfs.open(path, { ...OPEN, identity: who })).handle.close());
  for (let round = 0; round < 2; round++) {
    t.is(await opened(ANN, 'dir', 'FILE'), 'done');
    t.is(await opened(ANN, 'dir', 'INNER', 'deep'), 'done');
    t.is(await opened(BOB, 'Dir', 'File'), 'done');
    t.is(await opened(BOB, 'dir', 'FILE'), 'not-found');
    t.is(await opened(BOB, 'dir', 'INNER', 'deep'), 'path-not-found');
  }
  const { handle } = await vfs.open(['Dir'], { ...OPEN, identity: BOB });
  t.is(await code(() => handle.list()), 'access-denied');
  t.is((await handle.lookup('File'))?.name, 'File');
  t.is(await handle.lookup('FILE'), undefined);
  t.is(
    handle.watch!(true, () => {}),
    undefined,
  );
  await handle.close();
  await vfs.dispose();
});

test('what one user may not read changes nothing that another is shown', async (t) => {
  const root = folder(t);
  const vfs = createPosixVfs({ root });
  give(join(root, 'f'), ANN, 0o600);
  const open = async (identity: VfsIdentity) => (await vfs.open(['f'], { ...OPEN, identity })).handle;
  const own = await open(ANN);
  await own.set({ attributes: 0x06 });
  await own.setSecurityDescriptor(new Uint8Array(20).fill(1, 0, 1));
  await own.setStream('s', new Uint8Array([7]));
  await own.close();
  // Bob comes first, when nothing is remembered.
  const fresh = createPosixVfs({ root });
  for (const who of [BOB, ANN]) {
    const { handle, stat } = await fresh.open(['f'], { ...OPEN, identity: who });
    const attributes = (await handle.stat()).attributes;
    t.is(attributes, 0x06, String(who.uid));
    t.not(await handle.getSecurityDescriptor(stat), undefined);
    t.is(await code(() => handle.getStream('s')), who === ANN ? 'done' : 'access-denied');
    await handle.close();
  }
  await fresh.dispose();
  await vfs.dispose();
});

test('nobody is somebody else after a fault, and nothing is done as a user who cannot be', async (t) => {
  const { thread } = libc();
  const ann = thread.prepared(ANN);
  const bob = thread.prepared(BOB);
  t.throws(
    () =>
      thread.as(ann, () => {
        t.is(threadUser(), ann);
        t.regex(seen(), /Uid:\t0\t0\t0\t61001 Gid:\t0\t0\t0\t61001 Groups:\t61001 61100 /);
        t.throws(
          () =>
            thread.as(bob, () => {
              t.regex(seen(), /Uid:\t0\t0\t0\t61002 /);
              throw new Error('inner');
            }),
          { message: 'inner' },
        );
        t.regex(seen(), /Uid:\t0\t0\t0\t61001 /);
        // Root's rights over files are gone, and are there for the process's own user alone.
        thread.as(thread.own, () => t.is(seen(), OWN));
        t.regex(seen(), /Uid:\t0\t0\t0\t61001 /);
        throw new Error('outer');
      }),
    { message: 'outer' },
  );
  t.is(seen(), OWN);
  for (const uid of [-1, 0xffff_ffff, 1.5, Number.NaN]) {
    t.throws(() => thread.prepared({ ...ANN, uid }), { code: 'access-denied' } as object, String(uid));
    t.throws(() => thread.prepared({ ...ANN, groups: [uid] }), { code: 'access-denied' } as object, String(uid));
  }
  t.is(seen(), OWN);
});

test('threads that are made while a user’s call runs are not that user’s', (t) => {
  const root = folder(t);
  const secret = give(join(root, 'secret'), BOB, 0o600);
  // In a process of its own, because this one has made its threads already.
  const program = `
    const { libc } = await import(${JSON.stringify(new URL('../src/posix/libc.ts', import.meta.url).href)});
    const { thread } = libc();
    const ann = thread.prepared(${JSON.stringify(ANN)});
    const opened = await thread.as(ann, () => libc().openatLater(-100, ${JSON.stringify(secret)}, 0));
    process.exit(opened >= 0 ? 0 : 1);`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  t.is(status, 0, stderr);
});

test('what is made takes its owner and mode from its directory where the share says so', async (t) => {
  const root = folder(t);
  const dir = join(root, 'dir');
  mkdirSync(dir);
  chownSync(dir, BOB.uid, STAFF);
  chmodSync(dir, 0o2770);
  const vfs = createPosixVfs({
    root,
    inheritOwner: true,
    inheritPermissions: true,
    fileMode: 0o600,
    directoryMode: 0o700,
  });
  const umask = process.umask();
  for (const kind of ['file', 'directory'] as const) {
    const options = { disposition: 'create', kind, data: 'none', identity: ANN } as const;
    await (await vfs.open(['dir', kind], options)).handle.close();
    const { uid, gid, mode } = statSync(join(dir, kind));
    t.deepEqual([uid, gid, mode & 0o7777], [BOB.uid, STAFF, (kind === 'file' ? 0o660 : 0o2770) & ~umask], kind);
  }
  await vfs.dispose();
});

/** How long the race lasts. TSMBD_RACE_S in the environment: longer. */
const RACE_MS = 1_000 * Number(process.env['TSMBD_RACE_S'] ?? 2);

test('folders and links swapped under the share all the time: no way out, and nothing of a wrong owner', async (t) => {
  t.timeout(RACE_MS + 60_000);
  const around = folder(t);
  const root = join(around, 'share');
  const outside = join(around, 'outside');
  for (const path of [root, outside, join(root, 'd'), join(root, 'bobs')]) {
    mkdirSync(path);
    chmodSync(path, 0o777);
    writeFileSync(join(path, 'victim'), 'whole');
    chmodSync(join(path, 'victim'), 0o666);
  }
  // What is Bob's alone is below the share, so only the kernel keeps Ann from it.
  chownSync(join(root, 'bobs'), BOB.uid, BOB.gid);
  chmodSync(join(root, 'bobs'), 0o700);
  const program = `
    const { renameSync, symlinkSync, unlinkSync } = require('node:fs');
    process.chdir(${JSON.stringify(root)});
    const ways = ['../outside', ${JSON.stringify(outside)}, 'bobs', ${JSON.stringify(join(root, 'bobs'))}];
    for (let turn = 0; ; turn++) {
      renameSync('d', 'kept');
      symlinkSync(ways[turn % ways.length], 'd');
      unlinkSync('d');
      renameSync('kept', 'd');
    }`;
  const swapper = spawn(process.execPath, ['-e', program], { stdio: 'ignore' });
  t.teardown(() => swapper.kill('SIGKILL'));
  const vfs = createPosixVfs({ root });
  const open = async (path: string[], options: Partial<VfsOpenOptions>) =>
    (await vfs.open(path, { ...OPEN, ...options, identity: ANN })).handle;
  let done = 0;
  const doings: ((n: number) => Promise<unknown>)[] = [
    (n) => open(['d', `f${n}`], { disposition: 'create', kind: 'file', data: 'write' }).then((h) => h.close()),
    (n) => open(['d', `d${n}`], { disposition: 'create', kind: 'directory' }).then((h) => h.close()),
    () => during(open(['d', 'victim'], { data: 'read-write' }), (h) => h.write(new Uint8Array(5).fill(0x77), 0)),
    () => during(open(['d', 'victim'], {}), (h) => h.set({ attributes: 0x22, writeTime: 1n })),
    () => during(open(['d', 'victim'], {}), (h) => h.setStream('s', new Uint8Array(1))),
    (n) => during(open(['d', `f${n - 6}`], {}), (h) => h.rename(['d', `g${n}`], true)),
    (n) => during(open(['d', `f${n - 14}`], {}), (h) => h.link(['d', `l${n}`], true)),
    () =>
      during(open(['d', 'victim'], {}), async (h) => {
        await h.rename(['moved'], true);
        await h.rename(['d', 'victim'], true);
      }),
    (n) => during(open(['d', `g${n - 3}`], {}), (h) => h.unlink()),
    () => during(open(['D'], {}), async (h) => (await h.list()).close()),
  ];
  const until = performance.now() + RACE_MS;
  for (let n = 0; performance.now() < until; n++) {
    // A refusal is as good as success; nothing else may happen.
    const ended = await codeOf(() => doings[n % doings.length]!(n));
    if (ended === 'done') done += 1;
    if (n % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  swapper.kill('SIGKILL');
  await once(swapper, 'exit');
  await vfs.dispose();
  t.true(done > 0);
  t.is(seen(), OWN);
  for (const path of [outside, join(root, 'bobs')]) {
    t.deepEqual(readdirSync(path), ['victim']);
    t.is(readFileSync(join(path, 'victim'), 'utf8'), 'whole');
    t.is(libc().listxattr(join(path, 'victim')), 0, 'no attribute was left');
  }
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    // What was made in the race.
    if (/(^|\/)[fgdl]\d+$/.test(name)) t.is(lstatSync(join(root, name)).uid, ANN.uid, name);
  }
});

async function during(opening: Promise<VfsHandle>, work: (handle: VfsHandle) => unknown): Promise<void> {
  const handle = await opening;
  try {
    await work(handle);
  } finally {
    await handle.close();
  }
}
