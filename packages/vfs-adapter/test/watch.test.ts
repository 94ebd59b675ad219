import {
  closeSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { createPosixVfs, type VfsWatchEvent } from '../src/index.ts';
import { In } from '../src/posix/inotify/events.ts';
import type { Inotify } from '../src/posix/inotify/inotify.ts';
import { WatchTree } from '../src/posix/inotify/watch-tree.ts';
import type { Share } from '../src/posix/share.ts';

/** A watched directory, and what was told of it so far. */
async function watched(recursive: boolean) {
  const root = mkdtempSync(join(tmpdir(), 'tsmbd-watch-'));
  mkdirSync(join(root, 'd', 'below'), { recursive: true });
  const vfs = await createPosixVfs({ root });
  const { handle } = await vfs.open(['d'], { disposition: 'open', kind: 'directory', data: 'none' });
  const events: string[] = [];
  const waiting: (() => void)[] = [];
  const watch = handle.watch!(recursive, (event: VfsWatchEvent) => {
    events.push(`${event.type} ${event.path.join('/')}${event.directory ? '/' : ''}`);
    for (const call of waiting.splice(0)) call();
  })!;
  return {
    dir: join(root, 'd'),
    events,
    /** Resolves when `event` was told. */
    async told(event: string): Promise<void> {
      while (!events.includes(event)) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    async end(): Promise<void> {
      watch.close();
      await handle.close();
      await vfs.dispose();
      rmSync(root, { recursive: true });
    },
  };
}

// A worker's messages do not keep a test alive.
const alive = setInterval(() => {}, 1000);
test.after.always(() => clearInterval(alive));

test('what local programs do to a directory is told: names, bytes, times, renames', async (t) => {
  const w = await watched(false);
  writeFileSync(join(w.dir, 'f'), 'x');
  await w.told('modified f');
  t.is(w.events[0], 'added f');
  utimesSync(join(w.dir, 'f'), 1, 1);
  await w.told('attributes f');
  renameSync(join(w.dir, 'f'), join(w.dir, 'g'));
  await w.told('renamed-to g');
  t.is(w.events[w.events.indexOf('renamed-to g') - 1], 'renamed-from f');
  mkdirSync(join(w.dir, 'new'));
  await w.told('added new/');
  unlinkSync(join(w.dir, 'g'));
  await w.told('removed g');
  writeFileSync(join(w.dir, 'below', 'deep'), 'x');
  writeFileSync(join(w.dir, 'last'), '');
  await w.told('added last');
  t.false(w.events.some((e) => e.includes('deep')));
  await w.end();
});

test('the watched directory is told to have moved; what is below it is renamed', async (t) => {
  const w = await watched(true);
  renameSync(join(w.dir, 'below'), join(w.dir, 'beside'));
  await w.told('renamed-to beside/');
  t.false(w.events.includes('moved /'));
  renameSync(w.dir, `${w.dir}-aside`);
  await w.told('moved /');
  await w.end();
});

test('a recursive watch sees below, and follows directories that come, move and go', async (t) => {
  const w = await watched(true);
  // The directories that were there are walked to after the watch was made.
  while (!w.events.includes('added below/first')) {
    writeFileSync(join(w.dir, 'below', 'first'), '');
    await new Promise((resolve) => setTimeout(resolve, 20));
    rmSync(join(w.dir, 'below', 'first'), { force: true });
  }
  mkdirSync(join(w.dir, 'new', 'inner'), { recursive: true });
  writeFileSync(join(w.dir, 'new', 'inner', 'f'), '');
  await w.told('added new/inner/f');
  renameSync(join(w.dir, 'new'), join(w.dir, 'moved'));
  await w.told('renamed-to moved/');
  while (!w.events.includes('added moved/inner/g')) {
    rmSync(join(w.dir, 'moved', 'inner', 'g'), { force: true });
    writeFileSync(join(w.dir, 'moved', 'inner', 'g'), '');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  renameSync(join(w.dir, 'moved', 'inner'), join(w.dir, 'out'));
  await w.told('added out/');
  t.true(w.events.includes('removed moved/inner/'));
  await w.end();
});

test('two watches of one directory are both told, and one goes on when the other ends', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'tsmbd-watch-'));
  const vfs = await createPosixVfs({ root });
  const { handle } = await vfs.open([], { disposition: 'open', kind: 'directory', data: 'none' });
  const told = (): { event: Promise<string>; call: (e: VfsWatchEvent) => void } => {
    let call!: (e: VfsWatchEvent) => void;
    const event = new Promise<string>((resolve) => {
      call = (e) => resolve(e.path.join('/'));
    });
    return { event, call };
  };
  const [a, b, c] = [told(), told(), told()];
  const first = handle.watch!(false, a.call)!;
  const second = handle.watch!(false, b.call)!;
  writeFileSync(join(root, 'one'), '');
  t.is(await a.event, 'one');
  t.is(await b.event, 'one');
  first.close();
  const third = handle.watch!(false, c.call)!;
  second.close();
  writeFileSync(join(root, 'two'), '');
  t.regex(await c.event, /one|two/);
  third.close();
  await handle.close();
  rmSync(root, { recursive: true });
});

test('a watch says whether all of it is watched', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'tsmbd-watch-'));
  const vfs = createPosixVfs({ root });
  const { handle } = await vfs.open([], { disposition: 'open', kind: 'directory', data: 'none' });
  const watch = handle.watch!(false, () => {});
  t.true(watch?.complete);
  watch?.close();
  const told: string[] = [];
  for (const errno of [ENOSPC, EACCES]) {
    const none = { add: () => -errno, remove: () => {} } as unknown as Inotify;
    const tree = new WatchTree(none, { mayList: () => true } as unknown as Share, 0, [], false, ({ type }) =>
      told.push(type),
    );
    t.false(tree.complete);
    tree.close();
  }
  t.deepEqual(told, ['overflow'], 'more can be watched later, or it cannot be watched at all');
  await handle.close();
  void vfs.dispose();
  rmSync(root, { recursive: true });
});

const ENOSPC = 28;
const EACCES = 13;

test('a new watch is not told what happened before it, though another was there, or is', async (t) => {
  for (const stays of [false, true]) {
    const root = mkdtempSync(join(tmpdir(), 'tsmbd-watch-'));
    const vfs = createPosixVfs({ root });
    const { handle } = await vfs.open([], { disposition: 'open', kind: 'directory', data: 'none' });
    const watch = () => {
      const events: string[] = [];
      const made = handle.watch!(false, ({ type, path }) => events.push(`${type} ${path.join('/')}`))!;
      return { events, close: () => made.close() };
    };
    const first = watch();
    writeFileSync(join(root, 'before'), '');
    if (!stays) first.close();
    const second = watch();
    writeFileSync(join(root, 'after'), '');
    while (!second.events.includes('added after')) await new Promise((resolve) => setTimeout(resolve, 2));
    t.is(second.events[0], 'added after');
    t.deepEqual(first.events.includes('added before'), stays);
    first.close();
    second.close();
    await handle.close();
    void vfs.dispose();
    rmSync(root, { recursive: true });
  }
});

test('what is made in a new directory is told of once, by the listing or by an event', async (t) => {
  const w = await watched(true);
  // A name in the directory below is told of once all that was there before is watched.
  for (let i = 0; !w.events.some((event) => event.startsWith('added below/')); i++) {
    writeFileSync(join(w.dir, 'below', `${i}`), '');
    await new Promise((resolve) => setImmediate(resolve));
  }
  // Each turn is a race: the new directory is watched and listed while names are made in it.
  for (let turn = 0; turn < 60; turn++) {
    const dir = join(w.dir, `n${turn}`);
    mkdirSync(dir);
    for (let i = 0; i < 12; i++) {
      writeFileSync(join(dir, `f${i}`), '');
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  writeFileSync(join(w.dir, 'last'), '');
  await w.told('added last');
  for (let turn = 0; turn < 60; turn++) {
    for (let i = 0; i < 12; i++) await w.told(`added n${turn}/f${i}`);
  }
  const added = w.events.filter((event) => event.startsWith('added n'));
  t.is(added.length, new Set(added).size);
  t.is(added.length, 60 * 13);
  await w.end();
});

/**
 * A recursive watch whose events the test makes. Directories are opened and listed for real;
 * `opening` is called before that.
 */
function stagedTree(root: string, opening: (path: readonly string[]) => Promise<void> | undefined) {
  const told: string[] = [];
  let held = 0;
  const inotify = { add: (fd: number) => fstatSync(fd).ino, remove: () => {} } as unknown as Inotify;
  const share = {
    closed: false,
    mayList: () => true,
    hold: () => void held++,
    letGo: () => void held--,
    openDirectory: async (path: readonly string[]) => {
      await opening(path);
      return openSync(join(root, ...path), 'r');
    },
    closeDirectory: (fd: number) => closeSync(fd),
  } as unknown as Share;
  const fd = openSync(root, 'r');
  const tree = new WatchTree(inotify, share, fd, [], true, ({ type, path }) => told.push(`${type} ${path.join('/')}`));
  closeSync(fd);
  const settled = async (): Promise<void> => {
    while (held > 0) await new Promise((resolve) => setImmediate(resolve));
  };
  const event = (path: string, mask: number, name: string) => ({
    wd: statSync(join(root, path)).ino,
    mask,
    cookie: 7,
    name,
  });
  const happens = (...events: ReturnType<typeof event>[]) => tree.event(events[0]!.wd, events[0]!, events[1]);
  return { tree, told, settled, event, happens };
}

for (const isWatchedBefore of [false, true]) {
  for (const order of ['before', 'after'] as const) {
    const which = isWatchedBefore ? 'new directory that the first listing found' : 'new directory';
    test(`a rename in a ${which} is told of once, when its event comes ${order} the listing`, async (t) => {
      const root = mkdtempSync(join(tmpdir(), 'tsmbd-watch-'));
      const isWatched = Promise.withResolvers<void>();
      const listing = Promise.withResolvers<void>();
      let opened = 0;
      if (isWatchedBefore) mkdirSync(join(root, 'new'));
      const { tree, told, settled, event, happens } = stagedTree(root, (path) => {
        // The second time it is opened for the listing; by then it is watched.
        if (path.length === 0 || ++opened !== 2) return undefined;
        isWatched.resolve();
        return listing.promise;
      });
      if (isWatchedBefore) {
        listing.resolve();
        await settled();
      } else mkdirSync(join(root, 'new'));
      happens(event('', In.CREATE | In.ISDIR, 'new'));
      await isWatched.promise;
      for (const name of ['b', 'c']) writeFileSync(join(root, 'new', name), '');
      const events = (): void => {
        t.true(happens(event('new', In.MOVED_FROM, 'a'), event('new', In.MOVED_TO, 'b')));
        happens(event('new', In.MOVED_TO, 'c'));
      };
      if (order === 'before') events();
      listing.resolve();
      await settled();
      if (order === 'after') events();
      for (const name of ['new/b', 'new/c']) t.is(told.filter((line) => line.endsWith(` ${name}`)).length, 1, name);
      t.true(told.some((line) => /^(removed|renamed-from) new\/a$/.test(line)));
      tree.close();
      rmSync(root, { recursive: true });
    });
  }
}
