import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from '@tsmbd/ms-dtyp';
import { CreateOptions, FileInformationClass, fileRenameInformation, LeaseFlags, NtStatus } from '@tsmbd/smb2-codec';
import { createMemoryVfs, createPosixVfs, type Vfs, type VfsWatch, type VfsWatchEvent } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { explainOpen, type Share, statusOf as statusOfServer } from '../src/index.ts';
import { alone, diskShare, type Harness, settle, startServer } from './harness.ts';
import { acknowledge, CLIENT_A, CLIENT_B, type Client, client, key, leased } from './lease-client.ts';
import { close, create, setFileInfo, statusOf, write } from './requests.ts';

const R = 1;
const RH = 3;
const RWH = 7;
const DIRECTORY = { createOptions: CreateOptions.DIRECTORY_FILE };

alone('a directory lease ends when an entry comes, goes or changes; not for who names it as his', async (t) => {
  const h = startServer();
  const alice = await client(h, CLIENT_A);
  const bob = await client(h, CLIENT_B);
  const directory = { createOptions: CreateOptions.DIRECTORY_FILE };
  const parent = { flags: LeaseFlags.PARENT_LEASE_KEY_SET, parentLeaseKey: key(1) };
  t.is((await leased(alice, 'd', key(1), RH, directory)).lease?.leaseState, RH);
  const own = await leased(alice, 'd\\own', key(2), RWH, { lease: parent });
  t.like(own.lease, { ...parent, leaseState: RWH });
  await write(alice, own.response.fileId, 'x');
  await close(alice, own.response.fileId);
  await create(bob, 'elsewhere');
  await settle();
  t.deepEqual(alice.breaks, []);
  const made = await create(bob, 'd\\new');
  t.like(alice.breaks[0], { leaseKey: key(1), currentLeaseState: RH, newLeaseState: 0, flags: 1 });
  await acknowledge(alice, key(1), 0);
  // Bytes are told of when the file closes, names at once.
  await leased(alice, 'd', key(1), RH, directory);
  await write(bob, made.fileId, 'x');
  await settle();
  t.is(alice.breaks.length, 1);
  await close(bob, made.fileId);
  t.is(alice.breaks.length, 2);
  await acknowledge(alice, key(1), 0);
  await leased(alice, 'd', key(1), R, directory);
  const gone = await create(bob, 'd\\new', { createOptions: CreateOptions.DELETE_ON_CLOSE });
  t.is(alice.breaks.length, 2);
  await close(bob, gone.fileId);
  t.like(alice.breaks[2], { currentLeaseState: R, newLeaseState: 0, flags: 0 });
});

/** A folder of another back end as a share of its own. */
function below(vfs: Vfs, ...folder: string[]): Vfs {
  return {
    features: vfs.features,
    statFs: () => vfs.statFs(),
    dispose: () => {},
    open: (path, options) => vfs.open([...folder, ...path], options),
  };
}

test('a directory is the same in every share: changes through one break leases taken through another', async (t) => {
  const h = startServer();
  h.server.setShares([
    ...h.server.shares,
    diskShare('inner', below(h.vfs, 'd')),
    diskShare('alien', createMemoryVfs()),
  ]);
  const alice = await client(h, CLIENT_A);
  const [bob, carol] = [await client(h, CLIENT_B, 0x311, 'inner'), await client(h, CLIENT_B, 0x311, 'alien')];
  await create(alice, 'd', DIRECTORY);
  const held = async (name = 'd'): Promise<void> => {
    alice.breaks.length = 0;
    t.is((await leased(alice, name, key(1), RH, DIRECTORY)).lease?.leaseState, RH);
  };
  const broken = async (why: string): Promise<void> => {
    await settle();
    t.is(alice.breaks.length, 1, why);
    await acknowledge(alice, key(1), 0);
  };
  await held();
  await create(carol, 'f');
  await settle();
  t.is(alice.breaks.length, 0, 'another directory');
  const file = await create(bob, 'f');
  await broken('a file came');
  await held();
  await write(bob, file.fileId, 'x');
  await close(bob, file.fileId);
  await broken('a file that was written closed');
  await held();
  const to = { replaceIfExists: false, rootDirectory: 0n, fileName: 'g' };
  const renamed = await create(bob, 'f');
  await setFileInfo(bob, renamed.fileId, FileInformationClass.FileRenameInformation, encode(fileRenameInformation, to));
  await broken('a file was renamed');
  await held();
  await close(bob, (await create(bob, 'g', { createOptions: CreateOptions.DELETE_ON_CLOSE })).fileId);
  await close(bob, renamed.fileId);
  await broken('a file went');
});

test('a client names the lease of its directory through whatever share it is', async (t) => {
  const h = startServer();
  h.server.setShares([...h.server.shares, diskShare('inner', below(h.vfs, 'd'))]);
  const alice = await client(h, CLIENT_A);
  const inner = await client(h, CLIENT_A, 0x311, 'inner');
  await leased(alice, 'd', key(1), RH, DIRECTORY);
  const parent = { flags: LeaseFlags.PARENT_LEASE_KEY_SET, parentLeaseKey: key(1) };
  await leased(inner, 'own', key(2), RWH, { lease: parent });
  await settle();
  t.deepEqual(alice.breaks, []);
  t.deepEqual(inner.breaks, []);
});

test('where it is not known which directory changed, no lease of one stays', async (t) => {
  const vfs = createMemoryVfs();
  let gone = false;
  const h = startServer(
    {},
    { vfs: { ...below(vfs), open: (path, options) => vfs.open(gone ? ['gone', ...path] : path, options) } },
  );
  const alice = await client(h, CLIENT_A);
  const bob = await client(h, CLIENT_B);
  await create(bob, 'd', DIRECTORY);
  const file = await create(bob, 'd\\f');
  await leased(alice, 'd', key(1), RH, DIRECTORY);
  gone = true;
  await write(bob, file.fileId, 'x');
  await close(bob, file.fileId);
  await settle();
  t.is(alice.breaks.length, 1);
});

/** A back end whose events a test tells. */
function withEvents() {
  const vfs = createMemoryVfs();
  const watches = new Map<VfsWatch, (event: VfsWatchEvent) => void>();
  const say = { can: true, complete: true };
  const telling: Vfs = {
    ...below(vfs),
    async open(path, options) {
      const opened = await vfs.open(path, options);
      const watch = (_recursive: boolean, tell: (event: VfsWatchEvent) => void): VfsWatch | undefined => {
        if (!say.can) return undefined;
        const made: VfsWatch = { complete: say.complete, close: () => void watches.delete(made) };
        watches.set(made, tell);
        return made;
      };
      return { ...opened, handle: Object.assign(opened.handle, { watch }) };
    },
  };
  const tell = (type: VfsWatchEvent['type'], ...path: string[]): void => {
    for (const call of [...watches.values()]) call({ type, path, directory: false });
  };
  return { vfs: telling, watches, say, tell };
}

async function eventful(more: Partial<Share> = {}) {
  const events = withEvents();
  const h = startServer({}, { vfs: events.vfs, ...more });
  return { ...events, h, alice: await client(h, CLIENT_A), bob: await client(h, CLIENT_B) };
}

alone(
  'what a local program does in a leased directory breaks the lease; it is watched as long as that lasts',
  async (t) => {
    const { h, alice, watches, tell } = await eventful();
    const types = ['added', 'removed', 'renamed-to', 'modified', 'attributes'] as const;
    for (const [i, type] of types.entries()) {
      await leased(alice, 'd', key(1), RH, DIRECTORY);
      t.is(watches.size, 1);
      tell(type, 'f');
      await settle();
      t.is(alice.breaks.length, i + 1, type);
      await acknowledge(alice, key(1), 0);
      t.is(watches.size, 0, 'nobody caches it any more');
    }
    await leased(alice, 'd', key(1), R, DIRECTORY);
    await leased(alice, 'd', key(1), R, DIRECTORY);
    t.is(watches.size, 1, 'one directory, one watch');
    tell('overflow');
    await settle();
    t.is(alice.breaks.length, types.length + 1, 'whatever it was');
    t.is(watches.size, 0);
    t.deepEqual(h.errors, []);
  },
);

test("a directory's watch ends with its last open, with its client, and with a CREATE that fails", async (t) => {
  const { h, alice, bob, watches } = await eventful();
  const first = await leased(alice, 'd', key(1), RH, DIRECTORY);
  const second = await leased(alice, 'd', key(1), RH, DIRECTORY);
  await close(alice, first.response.fileId);
  t.is(watches.size, 1);
  await close(alice, second.response.fileId);
  t.is(watches.size, 0);
  await leased(alice, 'd', key(1), RH, { ...DIRECTORY, shareAccess: 0 });
  const refused = leased(bob, 'd', key(2), RH, DIRECTORY);
  await settle();
  await acknowledge(alice, key(1), R);
  t.is(await statusOf(refused), NtStatus.STATUS_SHARING_VIOLATION);
  t.is(watches.size, 1);
  alice.client.close();
  await settle();
  t.is(watches.size, 0);
  t.deepEqual(h.errors, []);
});

test('status says that local programs are watched, explain-open what a change in the directory breaks', async (t) => {
  const { h, alice } = await eventful();
  await leased(alice, 'd', key(1), RH, DIRECTORY);
  const [open] = (await statusOfServer(h.server)).sessions[0]!.opens;
  t.like(open?.caching, { by: 'lease', state: 'RH', localPrograms: 'watched' });
  const explained = await explainOpen(h.server, 'share', 'd');
  t.deepEqual(explained?.newOpens.at(-1), {
    to: 'change an entry',
    outcome: 'granted',
    breaks: [`lease ${CLIENT_A}/${key(1)}`],
  });
  t.deepEqual(alice.breaks, []);
});

alone('a directory that a local program moves is not what its path says any more: its lease breaks', async (t) => {
  const { alice, tell } = await eventful();
  await leased(alice, 'd', key(1), RH, DIRECTORY);
  tell('moved');
  await settle();
  t.is(alice.breaks.length, 1);
  await acknowledge(alice, key(1), 0);
  // The client's own rename is no news to it.
  const { response } = await leased(alice, 'd', key(1), RH, DIRECTORY);
  const to = { replaceIfExists: false, rootDirectory: 0n, fileName: 'e' };
  await setFileInfo(
    alice,
    response.fileId,
    FileInformationClass.FileRenameInformation,
    encode(fileRenameInformation, to),
  );
  tell('moved');
  await settle();
  t.is(alice.breaks.length, 1);
  tell('moved');
  await settle();
  t.is(alice.breaks.length, 2);
});

test('no lease of a directory whose changes would not be known', async (t) => {
  const { alice, say, watches } = await eventful();
  say.complete = false;
  t.is((await leased(alice, 'd', key(1), RH, DIRECTORY)).response.oplockLevel, 0);
  say.can = false;
  t.is((await leased(alice, 'd', key(1), RH, DIRECTORY)).response.oplockLevel, 0);
  t.is(watches.size, 0);
  say.can = true;
  say.complete = true;
  t.is((await leased(alice, 'd', key(1), RH, DIRECTORY)).lease?.leaseState, RH);
});

test('kernel change notify = no: leases of directories, and nobody is watched', async (t) => {
  const { alice, watches } = await eventful({ kernelChangeNotify: false });
  t.is((await leased(alice, 'd', key(1), RH, DIRECTORY)).lease?.leaseState, RH);
  t.is(watches.size, 0);
});

alone("the back end's events of a client's own changes break its lease no second time", async (t) => {
  const { h, alice, tell } = await eventful();
  const parent = { flags: LeaseFlags.PARENT_LEASE_KEY_SET, parentLeaseKey: key(1) };
  await leased(alice, 'd', key(1), RH, DIRECTORY);
  const own = await leased(alice, 'd\\f', key(2), RWH, { lease: parent });
  tell('added', 'f');
  tell('attributes', 'f');
  await h.advance(500);
  await write(alice, own.response.fileId, 'x');
  tell('modified', 'f');
  await write(alice, own.response.fileId, 'y');
  await settle();
  t.deepEqual(alice.breaks, []);
  await h.advance(500);
  tell('modified', 'f');
  await settle();
  t.is(alice.breaks.length, 1, 'a while after what the client did: somebody else');
});

/** Resolves when the client was told of `count` breaks. */
async function told(alice: Client, count: number): Promise<void> {
  while (alice.breaks.length < count) await new Promise((resolve) => setTimeout(resolve, 2));
}

alone('POSIX: local programs break leases of directories, by whatever path they go', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'tsmbd-leases-'));
  mkdirSync(join(root, 'd'));
  symlinkSync('d', join(root, 'other'));
  const vfs = await createPosixVfs({ root });
  const h: Harness = startServer({}, { vfs });
  const inner = await createPosixVfs({ root: join(root, 'd') });
  h.server.setShares([...h.server.shares, diskShare('inner', inner)]);
  const alice = await client(h, CLIENT_A);
  const bob = await client(h, CLIENT_B);
  let breaks = 0;
  const breaking = async (change: () => unknown): Promise<void> => {
    t.is((await leased(alice, 'd', key(1), RH, DIRECTORY)).lease?.leaseState, RH);
    await change();
    breaks += 1;
    await told(alice, breaks);
    t.is(alice.breaks.length, breaks);
    await acknowledge(alice, key(1), 0);
  };
  await breaking(() => writeFileSync(join(root, 'd', 'local'), ''));
  await breaking(() => writeFileSync(join(root, 'other', 'local'), 'more'));
  await breaking(() => utimesSync(join(root, 'd', 'local'), 1, 1));
  await breaking(() => mkdirSync(join(root, 'd', 'sub')));
  await breaking(() => rmSync(join(root, 'd', 'local')));
  await breaking(() => create(bob, 'OTHER\\by-link'));
  await breaking(() => {
    renameSync(join(root, 'd'), join(root, 'aside'));
    renameSync(join(root, 'aside'), join(root, 'd'));
  });
  await breaking(async () => create(await client(h, CLIENT_B, 0x311, 'inner'), 'by-share'));
  // The client's own are told by nobody, though the system has events of them too: what comes
  // behind them is.
  await leased(alice, 'd', key(1), RH, DIRECTORY);
  const lease = { flags: LeaseFlags.PARENT_LEASE_KEY_SET, parentLeaseKey: key(1) };
  const own = await leased(alice, 'd\\own', key(2), RWH, { lease });
  await write(alice, own.response.fileId, 'x');
  await close(alice, own.response.fileId);
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.is(alice.breaks.length, breaks);
  writeFileSync(join(root, 'd', 'last'), '');
  await told(alice, breaks + 1);
  await h.server.shutdown('end');
  void vfs.dispose();
  void inner.dispose();
  rmSync(root, { recursive: true });
  t.deepEqual(h.errors, []);
});
