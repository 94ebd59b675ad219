import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { createPosixVfs, DosAttributes, type PosixVfsOptions, type Vfs, VfsError } from '../src/index.ts';
import { libc } from '../src/posix/libc.ts';

const LOOK = { disposition: 'open', kind: 'any', data: 'none' } as const;
const READ = { disposition: 'open', kind: 'file', data: 'read' } as const;
const FILE = { disposition: 'open-or-create', kind: 'file', data: 'read-write' } as const;

function share(t: ExecutionContext, options: Omit<PosixVfsOptions, 'root'> = {}): { vfs: Vfs; root: string } {
  const root = mkdtempSync(join(tmpdir(), 'tsmbd-vfs-'));
  const vfs = createPosixVfs({ root, ...options });
  t.teardown(() => {
    void vfs.dispose();
    rmSync(root, { recursive: true });
  });
  return { vfs, root };
}

/** The folder for temporary files may lie on a file system without extended attributes. */
const withXattrs = keepsXattrs(tmpdir()) ? test : test.skip;

function keepsXattrs(root: string): boolean {
  const vfs = createPosixVfs({ root });
  void vfs.dispose();
  return vfs.features.dosAttributes;
}

async function codeOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (error instanceof VfsError) return error.code;
    throw error;
  }
  return 'done';
}

async function entries(vfs: Vfs): Promise<Map<string, { kind: string; attributes: number }>> {
  const { handle } = await vfs.open([], LOOK);
  const cursor = await handle.list();
  const found = await cursor.next(100);
  cursor.close();
  await handle.close();
  return new Map(found.map(({ name, stat }) => [name, { kind: stat.kind, attributes: stat.attributes }]));
}

test('names that Windows forbids are listed, opened and made by their private-use characters', async (t) => {
  const { vfs, root } = share(t);
  for (const name of ['a:b', 'what?', 'dot.', 'back\\slash']) writeFileSync(join(root, name), name);
  writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x66, 0xe9])]), 'latin1');
  const names = ['a\uf022b', 'what\uf025', 'dot\uf029', 'back\uf026slash', 'f\uf7e9'];
  t.deepEqual([...(await entries(vfs)).keys()].sort(), [...names].sort());
  for (const name of names) {
    const { handle } = await vfs.open([name.toUpperCase()], READ);
    t.deepEqual(await handle.path(), [name]);
    await handle.close();
  }
  const { handle } = await vfs.open(['new\uf021'], FILE);
  await handle.rename(['newer\uf7ff'], false);
  await handle.unlink();
  await handle.close();
  t.is(readdirSync(root).length, 5);
});

test('a back end says where its root is, by whatever links it was reached, in the names that clients know', (t) => {
  const { vfs, root } = share(t);
  mkdirSync(join(root, 'a:b'));
  symlinkSync('a:b', join(root, 'link'));
  const inner = createPosixVfs({ root: join(root, 'link') });
  t.deepEqual(inner.place, [...vfs.place!, 'a\uf022b']);
  t.deepEqual(vfs.place, root.split('/').slice(1));
  void inner.dispose();
});

test('pipes are other, and never opened for data', async (t) => {
  const { vfs, root } = share(t);
  execFileSync('mkfifo', [join(root, 'pipe')]);
  const { handle } = await vfs.open(['pipe'], LOOK);
  t.is(handle.kind, 'other');
  t.is((await handle.stat()).kind, 'other');
  await handle.close();
  for (const data of ['read', 'write', 'read-write'] as const) {
    t.is(await codeOf(() => vfs.open(['pipe'], { ...READ, data })), 'access-denied');
  }
});

test('a pipe is refused for data even if nobody has seen it before', async (t) => {
  const { vfs, root } = share(t);
  for (const [name, data] of [
    ['a', 'read'],
    ['b', 'write'],
    ['c', 'read-write'],
  ] as const) {
    execFileSync('mkfifo', [join(root, name)]);
    t.is(await codeOf(() => vfs.open([name], { ...READ, data })), 'access-denied');
  }
});

test('a program that waits at the other end of a pipe waits on, if the pipe was listed before', async (t) => {
  const { vfs, root } = share(t);
  const pipe = join(root, 'pipe');
  execFileSync('mkfifo', [pipe]);
  await entries(vfs);
  const writer = spawn('sh', ['-c', 'echo text > "$0"', pipe], { stdio: 'ignore' });
  const ended = once(writer, 'exit');
  await asleep(writer.pid!);
  t.is(await codeOf(() => vfs.open(['pipe'], READ)), 'access-denied');
  // If the open had reached the pipe, the writer would have written to nobody.
  t.is(execFileSync('cat', [pipe], { encoding: 'utf8' }), 'text\n');
  t.deepEqual(await ended, [0, null]);
});

test('a directory that is opened for its data without saying so can be listed', async (t) => {
  const { vfs, root } = share(t);
  mkdirSync(join(root, 'd'));
  writeFileSync(join(root, 'd', 'f'), '');
  for (const data of ['read', 'write', 'read-write'] as const) {
    const { handle } = await vfs.open(['d'], { ...READ, kind: 'any', data });
    t.is(handle.kind, 'directory');
    const cursor = await handle.list();
    t.deepEqual(
      (await cursor.next(9)).map(({ name }) => name),
      ['f'],
    );
    await cursor.close();
    await handle.close();
  }
  t.is(await codeOf(() => vfs.open(['d'], { ...READ, kind: 'file' })), 'is-directory');
});

test('links are listed as what they name, or as themselves when that is outside', async (t) => {
  const { vfs, root } = share(t);
  writeFileSync(join(root, 'f'), '');
  mkdirSync(join(root, 'd'));
  symlinkSync('f', join(root, 'to-f'));
  symlinkSync('d', join(root, 'to-d'));
  symlinkSync('/etc', join(root, 'out'));
  const kinds = [...(await entries(vfs))].map(([name, { kind }]) => `${name} ${kind}`).sort();
  t.deepEqual(kinds, ['d directory', 'f file', 'out symlink', 'to-d directory', 'to-f file']);
});

test('a link that is opened and removed goes, and what it names stays', async (t) => {
  const { vfs, root } = share(t);
  writeFileSync(join(root, 'f'), '');
  symlinkSync('f', join(root, 'l'));
  const { handle } = await vfs.open(['l'], FILE);
  await handle.unlink();
  await handle.close();
  t.deepEqual(readdirSync(root), ['f']);
});

test('without followSymlinks every link in the way is refused as symlink', async (t) => {
  const { vfs, root } = share(t, { followSymlinks: false });
  mkdirSync(join(root, 'd'));
  writeFileSync(join(root, 'd', 'f'), '');
  symlinkSync('d', join(root, 'l'));
  t.is(await codeOf(() => vfs.open(['l'], LOOK)), 'symlink');
  t.is(await codeOf(() => vfs.open(['l', 'f'], LOOK)), 'symlink');
  t.is(await codeOf(() => vfs.open(['L', 'F'], LOOK)), 'symlink');
  const { handle } = await vfs.open(['l'], { ...LOOK, noFollow: true });
  t.is(await handle.readLink(), 'd');
  await handle.close();
  t.is((await entries(vfs)).get('l')?.kind, 'symlink');
});

test('a read-only share refuses every change and reads all the same', async (t) => {
  const { vfs, root } = share(t, { readOnly: true });
  writeFileSync(join(root, 'f'), 'text');
  for (const path of ['f', 'new']) t.is(await codeOf(() => vfs.open([path], FILE)), 'read-only');
  const { handle } = await vfs.open(['F'], READ);
  t.is(await handle.read(new Uint8Array(10), 0), 4);
  const changes = [
    () => handle.set({ attributes: 2 }),
    () => handle.setEa('a', Uint8Array.of(1)),
    () => handle.setSecurityDescriptor(new Uint8Array(20)),
    () => handle.rename(['g'], false),
    () => handle.link(['g'], false),
    () => handle.unlink(),
  ];
  for (const run of changes) t.is(await codeOf(run), 'read-only');
  await handle.close();
});

withXattrs('what Samba wrote into user.DOSATTRIB is read, and written as Samba 4.17 writes it', async (t) => {
  const { vfs, root } = share(t);
  const path = join(root, 'f');
  writeFileSync(path, '');
  const version4 = Buffer.from('000004000400000051000000220000000180209bcb82d8010080209bcb82d801', 'hex');
  t.is(libc().setxattr(path, 'user.DOSATTRIB', version4), 0);
  const { handle } = await vfs.open(['f'], FILE);
  const stat = await handle.stat();
  t.is(stat.attributes, DosAttributes.HIDDEN | DosAttributes.ARCHIVE);
  t.is(stat.birthTime, 1_655_526_400_000_000_000n);
  t.deepEqual((await entries(vfs)).get('f'), { kind: 'file', attributes: stat.attributes });
  await handle.set({ attributes: DosAttributes.HIDDEN });
  const length = libc().getxattr(path, 'user.DOSATTRIB');
  const expected = '000005000500000011000000020000000080209bcb82d801';
  t.is(libc().value.toString('hex', 0, length), expected);
  t.deepEqual(await handle.listEas(), []);
  t.is(await codeOf(() => handle.setEa('dosattrib', Uint8Array.of(1))), 'access-denied');
  await handle.close();
});

test('attributes that a file has anyway are not stored, and mode and name may give them', async (t) => {
  const { vfs, root } = share(t, { hideDotFiles: true, readOnlyFromMode: true });
  writeFileSync(join(root, '.dot'), '');
  writeFileSync(join(root, 'ro'), '', { mode: 0o444 });
  const found = await entries(vfs);
  t.is(found.get('.dot')?.attributes, DosAttributes.ARCHIVE | DosAttributes.HIDDEN);
  t.is(found.get('ro')?.attributes, DosAttributes.ARCHIVE | DosAttributes.READONLY);
  const { handle } = await vfs.open(['.dot'], FILE);
  await handle.set({ attributes: DosAttributes.ARCHIVE | DosAttributes.HIDDEN });
  t.true(libc().getxattr(join(root, '.dot'), 'user.DOSATTRIB') < 0);
  await handle.set({ mode: 0o600 });
  t.is((await handle.stat()).mode, 0o600);
  t.is(statSync(join(root, '.dot')).mode & 0o777, 0o600);
  await handle.close();
});

test('on a warm cache nothing waits', async (t) => {
  const { vfs } = share(t);
  const made = await vfs.open(['Dir'], { disposition: 'create', kind: 'directory', data: 'none' });
  const bytes = new Uint8Array(100);
  const now = <T>(value: T | Promise<T>, what: string): T => {
    if (value instanceof Promise) throw new Error(`${what} waits`);
    return value;
  };
  for (const name of ['a', 'b', 'c']) {
    const { handle } = now(vfs.open(['Dir', name], { ...FILE, disposition: 'create' }), 'create');
    now(handle.write(bytes, 0), 'write');
    now(handle.close(), 'close');
  }
  for (const path of [
    ['Dir', 'a'],
    ['Dir', 'A'],
    ['DIR', 'A'],
  ]) {
    // The first time finds the directory's spelling.
    await (await vfs.open(path, READ)).handle.close();
    const { handle } = now(vfs.open(path, READ), path.join('/'));
    t.is(now(handle.read(new Uint8Array(200), 0), 'read'), 100);
    now(handle.stat(), 'stat');
    now(handle.path(), 'path');
    now(handle.close(), 'close');
  }
  const { handle } = now(vfs.open(['Dir', 'a'], LOOK), 'open');
  now(handle.rename(['Dir', 'z'], false), 'rename');
  now(handle.unlink(), 'unlink');
  now(handle.close(), 'close');
  now(made.handle.close(), 'close');
  const missing = t.throws(() => vfs.open(['Dir', 'z'], READ), { instanceOf: VfsError });
  t.is(missing.code, 'not-found');
});

test('a root that is missing or no directory is refused', (t) => {
  const code = (root: string) => t.throws(() => createPosixVfs({ root }), { instanceOf: VfsError }).code;
  t.is(code('/missing/root'), 'not-found');
  t.is(code('/etc/passwd'), 'not-directory');
});

test('extended attributes that streams, attributes and descriptors are kept in are not set by name', async (t) => {
  const { vfs } = share(t);
  const { handle } = await vfs.open(['f'], FILE);
  for (const name of ['NTACL', 'dosattrib', 'DosStream.a:$DATA']) {
    t.is(await codeOf(() => handle.setEa(name, Uint8Array.of(1))), 'access-denied', name);
  }
  // The system would end the name at the NUL.
  for (const name of ['DOSATTRIB\0', 'NTACL\0x', 'mine\0']) {
    t.is(await codeOf(() => handle.setEa(name, Uint8Array.of(1))), 'invalid-name', JSON.stringify(name));
  }
  t.is(await handle.getSecurityDescriptor(), undefined);
  t.is(await codeOf(() => handle.setEa('mine', Uint8Array.of(1))), 'done');
  t.deepEqual(
    (await handle.listEas()).map(({ name }) => name),
    ['mine'],
  );
  await handle.close();
});

test('a name that somebody makes right behind the look at it is not replaced', async (t) => {
  const { vfs, root } = share(t, { caseSensitive: true });
  const { handle } = await vfs.open(['f'], FILE);
  const c = libc();
  const { statAt } = c;
  // Another process makes it in the moment between the back end's look and its move.
  c.statAt = (directory, name) => {
    const result = statAt.call(c, directory, name);
    if (name === 'victim' && result < 0) writeFileSync(join(root, 'victim'), 'precious');
    return result;
  };
  try {
    t.is(await codeOf(() => handle.rename(['victim'], true)), 'exists');
  } finally {
    c.statAt = statAt;
  }
  t.is(readFileSync(join(root, 'victim'), 'utf8'), 'precious');
  t.deepEqual(readdirSync(root).sort(), ['f', 'victim']);
  await handle.close();
});

test('of two spellings on the disk each is found by its own, and the other one when one goes', async (t) => {
  const { vfs, root } = share(t);
  mkdirSync(join(root, 'd'));
  writeFileSync(join(root, 'd', 'name'), 'small');
  writeFileSync(join(root, 'd', 'NAME'), 'large');
  const textOf = async (name: string): Promise<string> => {
    // The folder in another case: the whole path is no exact name, so that the index is asked.
    const { handle } = await vfs.open(['D', name], READ);
    const bytes = Buffer.alloc(10);
    const count = await handle.read(bytes, 0);
    await handle.close();
    return bytes.toString('utf8', 0, count);
  };
  t.is(await textOf('name'), 'small');
  t.is(await textOf('NAME'), 'large');
  await textOf('Name');
  const { handle } = await vfs.open(['d', 'name'], LOOK);
  await handle.unlink();
  await handle.close();
  t.is(await textOf('name'), 'large');
  t.deepEqual(readdirSync(join(root, 'd')), ['NAME']);
});

test('a name that spells . or .. on the disk is refused, wherever it stands', async (t) => {
  const { vfs, root } = share(t);
  mkdirSync(join(root, 'd'));
  const { handle } = await vfs.open(['f'], FILE);
  for (const dots of ['\uf029', '.\uf029']) {
    for (const path of [[dots], ['d', dots], ['d', dots, 'f'], [dots, 'new']]) {
      t.is(await codeOf(() => vfs.open(path, LOOK)), 'invalid-name', JSON.stringify(path));
      t.is(await codeOf(() => vfs.open(path, FILE)), 'invalid-name', JSON.stringify(path));
      t.is(await codeOf(() => handle.rename(path, true)), 'invalid-name', JSON.stringify(path));
    }
  }
  t.deepEqual(readdirSync(root).sort(), ['d', 'f']);
  await handle.close();
});

withXattrs('of the attributes that are set only those are stored that a client may set', async (t) => {
  const { vfs, root } = share(t);
  const { handle } = await vfs.open(['f'], FILE);
  // DIRECTORY, REPARSE_POINT, COMPRESSED and ENCRYPTED follow from what a file is.
  await handle.set({ attributes: 0x4c50 | DosAttributes.HIDDEN });
  t.is((await handle.stat()).attributes, DosAttributes.HIDDEN);
  const length = libc().getxattr(join(root, 'f'), 'user.DOSATTRIB');
  t.is(libc().value.readUInt32LE(12) & ~DosAttributes.HIDDEN, 0, libc().value.toString('hex', 0, length));
  await handle.close();
});

const asRoot = process.getuid?.() === 0 && keepsXattrs(tmpdir()) ? test : test.skip;
asRoot('the descriptor that the system guards counts, whatever the file’s owner writes beside it', async (t) => {
  const { vfs, root } = share(t);
  const { handle } = await vfs.open(['f'], FILE);
  const descriptor = Uint8Array.of(1, 0, 0, 0x80, ...new Array<number>(16).fill(0));
  await handle.setSecurityDescriptor(descriptor);
  const path = join(root, 'f');
  const length = libc().getxattr(path, 'security.NTACL');
  t.true(length > 0);
  const forged = Buffer.from(libc().value.subarray(0, length));
  forged[forged.length - 18] = 0x84;
  t.is(libc().setxattr(path, 'user.NTACL', forged), 0);
  t.deepEqual(await handle.getSecurityDescriptor(), descriptor);
  await handle.close();
});

test('allocatedRanges asks the system for no more than was wanted, and for 64 in a turn', async (t) => {
  const { vfs } = share(t);
  const { handle } = await vfs.open(['f'], FILE);
  const step = 65_536;
  for (let i = 0; i < 200; i++) await handle.write(new Uint8Array(4096).fill(1), i * 2 * step);
  const c = libc();
  let [asked, most] = [0, 0];
  const { lseek, lseekLater } = c;
  c.lseek = (...args) => {
    asked++;
    most = Math.max(most, asked);
    return lseek.apply(c, args);
  };
  // In a later turn.
  c.lseekLater = (...args) => {
    asked = 0;
    return lseekLater.apply(c, args);
  };
  try {
    t.is((await handle.allocatedRanges(0n, 1n << 40n, 10)).length, 10);
    t.true(most <= 20, `${most} questions for 10 ranges`);
    const all = await handle.allocatedRanges(0n, 1n << 40n);
    t.is(all.length, 200);
    t.deepEqual(all[199], { offset: BigInt(199 * 2 * step), length: 4096n });
    t.true(most <= 130, `${most} questions in one turn`);
  } finally {
    c.lseek = lseek;
    c.lseekLater = lseekLater;
    await handle.close();
  }
});

test('a file that is really called "x (deleted)" has the path that it has, and not an old one', async (t) => {
  const { vfs, root } = share(t);
  writeFileSync(join(root, 'x'), '');
  const { handle } = await vfs.open(['x'], LOOK);
  renameSync(join(root, 'x'), join(root, 'y (deleted)'));
  t.deepEqual(await handle.path(), ['y (deleted)']);
  mkdirSync(join(root, 'd (deleted)'));
  renameSync(join(root, 'y (deleted)'), join(root, 'd (deleted)', 'z (deleted)'));
  t.deepEqual(await handle.path(), ['d (deleted)', 'z (deleted)']);
  rmSync(join(root, 'd (deleted)', 'z (deleted)'));
  t.deepEqual(await handle.path(), ['x'], 'one that has no name keeps the last that was known');
  writeFileSync(join(root, 'd (deleted)', 'z (deleted) (deleted)'), '');
  t.deepEqual(await handle.path(), ['x'], "another file's name is none of its own");
});

withXattrs('what a file’s extended attributes take on disk is no room of its bytes', async (t) => {
  const { vfs, root } = share(t);
  for (const size of [0, 1, 4096, 10_000]) {
    const { handle } = await vfs.open([`f${size}`], FILE);
    await handle.write(new Uint8Array(size), 0);
    await handle.flush();
    const before = (await handle.stat()).allocationSize;
    // More than an inode has room for: ext4 takes a block for it, and counts that with the file's.
    await handle.setEa('LARGE', new Uint8Array(2_000));
    await handle.flush();
    t.is(
      (await handle.stat()).allocationSize,
      before,
      `${size} bytes, ${statSync(join(root, `f${size}`)).blocks} blocks`,
    );
    await handle.close();
  }
});

/** The folder for temporary files may lie on a file system that reserves nothing. */
const withReserve = reservesRoom(tmpdir()) ? test : test.skip;

function reservesRoom(root: string): boolean {
  const folder = mkdtempSync(join(root, 'tsmbd-reserve-'));
  try {
    execFileSync('fallocate', ['--length', '1048576', join(folder, 'f')]);
    return statSync(join(folder, 'f')).blocks * 512 >= 1 << 20;
  } catch (error) {
    // fallocate(1) says so by its exit status.
    if (!(error instanceof Error && 'status' in error)) throw error;
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

withReserve('room that is reserved behind the end of a file is told, but for a block or two', async (t) => {
  const { vfs } = share(t);
  const { handle } = await vfs.open(['f'], FILE);
  await handle.write(new Uint8Array(4096), 0);
  await handle.allocate(1n << 20n);
  t.true((await handle.stat()).allocationSize >= 1n << 20n);
  await handle.close();
});

/** Resolves when the process waits for something: for the other end of a pipe. */
async function asleep(pid: number): Promise<void> {
  while (!/\) S /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) await setTimeout(5);
}
