import { decode, encode } from '@tsmbd/ms-dtyp';
import {
  Command,
  type CreateContext,
  durableHandleReconnectV2,
  durableHandleRequestV2,
  HEADER_SIZE,
  lease as leaseCodec,
  NtStatus,
  OplockLevel,
  oplockBreakRequest,
  oplockBreakResponse,
} from '@tsmbd/smb2-codec';
import { createMemoryVfs, type Vfs, VfsError, type VfsHandle } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { type PersistentStore, type Share, statusOf as statusOfServer } from '../src/index.ts';
import { keptOpen, keptText } from '../src/testing.ts';
import { type Harness, settle, startServer } from './harness.ts';
import { close, create, type Mount, mount, statusOf } from './requests.ts';

const { NONE, II: LEVEL_II, EXCLUSIVE, BATCH, LEASE } = OplockLevel;

/**
 * A back end whose files can be held up for local programs: as a system does it, for one that has
 * the file open alone.
 */
function withSystemLeases() {
  const vfs = createMemoryVfs();
  const opens = new Map<string, Set<VfsHandle>>();
  const held = new Map<string, { handle: VfsHandle; wanted: () => void }>();
  const leasing: Vfs = {
    features: vfs.features,
    statFs: () => vfs.statFs(),
    dispose: () => vfs.dispose(),
    async open(path, options) {
      const opened = await vfs.open(path, options);
      const { handle } = opened;
      if (options.data === 'none' || handle.kind !== 'file') return opened;
      const lease = held.get(handle.identity);
      if (lease !== undefined) {
        lease.wanted();
        await handle.close();
        throw new VfsError('busy');
      }
      const others = opens.get(handle.identity) ?? new Set();
      opens.set(handle.identity, others.add(handle));
      const endLease = (): void => {
        if (held.get(handle.identity)?.handle === handle) held.delete(handle.identity);
      };
      const { close: closeFile } = handle;
      return {
        ...opened,
        handle: Object.assign(handle, {
          lease: (wanted: () => void) => {
            if (others.size > 1) return false;
            held.set(handle.identity, { handle, wanted });
            return true;
          },
          endLease,
          close: () => {
            endLease();
            others.delete(handle);
            return closeFile.call(handle);
          },
        }),
      };
    },
  };
  /** As a process's end does it. */
  const die = (): void => {
    opens.clear();
    held.clear();
  };
  return { vfs: leasing, held, die };
}

const GUID = 'cccccccc-0000-4000-8000-000000000000';

interface Client extends Mount {
  /** Levels that it was told to come down to. */
  readonly told: number[];
}

async function client(h: Harness): Promise<Client> {
  const told: number[] = [];
  const onNotification = (bytes: Uint8Array): void => {
    const message = decode(oplockBreakResponse, bytes.subarray(HEADER_SIZE));
    if (message.kind === 'oplock') told.push(message.oplockLevel);
  };
  return { ...(await mount(await h.logOn({ onNotification }))), told };
}

async function start(more: Partial<Share> = {}) {
  const { vfs, held } = withSystemLeases();
  const h = startServer({}, { vfs, kernelOplocks: true, ...more });
  return { h, held, m: await client(h) };
}

const oplock = (requestedOplockLevel: number) => ({ requestedOplockLevel });

const acknowledge = (m: Mount, fileId: { persistent: bigint; volatile: bigint }) =>
  m.client.request(
    Command.OPLOCK_BREAK,
    oplockBreakRequest,
    oplockBreakResponse,
    { kind: 'oplock', oplockLevel: NONE, fileId },
    { treeId: m.treeId },
  );

test('kernel oplocks: exclusive and batch where the system holds the file; no level II, no lease', async (t) => {
  const { h, m, held } = await start();
  t.is((await create(m, 'a', oplock(BATCH))).oplockLevel, BATCH);
  t.is((await create(m, 'b', oplock(EXCLUSIVE))).oplockLevel, EXCLUSIVE);
  t.is((await create(m, 'c', oplock(LEVEL_II))).oplockLevel, NONE);
  const data = encode(leaseCodec, {
    version: 1,
    leaseKey: '00000001-1111-4111-8111-111111111111',
    leaseState: 7,
    flags: 0,
    parentLeaseKey: '00000000-0000-0000-0000-000000000000',
    epoch: 0,
    leaseDuration: 0n,
  });
  const leased = await create(m, 'd', { ...oplock(LEASE), createContexts: [{ name: 'RqLs', data }] });
  t.is(leased.oplockLevel, NONE);
  t.is(held.size, 2);
  const [first] = (await statusOfServer(h.server)).sessions[0]!.opens;
  t.like(first?.caching, { level: 'batch', localPrograms: 'held up' });
});

test('a local program that opens the file breaks the oplock to none, and goes on after the acknowledgment', async (t) => {
  const { m, held } = await start();
  const { fileId } = await create(m, 'f', oplock(BATCH));
  const [lease] = held.values();
  lease!.wanted();
  await settle();
  t.deepEqual(m.told, [NONE]);
  t.is(held.size, 1, 'it waits');
  await acknowledge(m, fileId);
  t.is(held.size, 0);
});

test('who does not acknowledge has lost it after 35 seconds; a close ends it at once', async (t) => {
  const { h, m, held } = await start();
  await create(m, 'f', oplock(BATCH));
  [...held.values()][0]!.wanted();
  await h.advance(35_000);
  t.is(held.size, 0);
  const { fileId } = await create(m, 'g', oplock(BATCH));
  t.is(held.size, 1);
  await close(m, fileId);
  t.is(held.size, 0);
});

test("another client's open is held up by the system too: the break comes first, then the open", async (t) => {
  const { h, m, held } = await start();
  const other = await client(h);
  const { fileId } = await create(m, 'f', oplock(BATCH));
  const second = create(other, 'f', oplock(BATCH));
  await settle();
  t.deepEqual(m.told, [NONE]);
  await acknowledge(m, fileId);
  t.is((await second).oplockLevel, NONE, 'two have it open');
  t.is(held.size, 0);
  await close(m, fileId);
  await close(other, (await second).fileId);
  t.is((await create(other, 'f', oplock(BATCH))).oplockLevel, BATCH, 'nobody waits any more');
});

test('an open that is refused leaves nothing held', async (t) => {
  const { m, held } = await start();
  const first = await create(m, 'f', { shareAccess: 0, desiredAccess: 0x80 });
  await create(m, 'f', { shareAccess: 0 });
  const refused = create(m, 'f', { ...oplock(BATCH), desiredAccess: 1, shareAccess: 7 });
  t.is(await statusOf(refused), NtStatus.STATUS_SHARING_VIOLATION);
  t.is(held.size, 0);
  await close(m, first.fileId);
});

const persistent: CreateContext = {
  name: 'DH2Q',
  data: encode(durableHandleRequestV2, { timeoutMs: 0, flags: 2, createGuid: GUID }),
};

/** CREATE that comes back for the persistent open of `f`. */
async function reopen(h: Harness, fileId: { persistent: bigint; volatile: bigint }, lease?: CreateContext) {
  const told: number[] = [];
  const onNotification = (bytes: Uint8Array): void => {
    const message = decode(oplockBreakResponse, bytes.subarray(HEADER_SIZE));
    if (message.kind === 'oplock') told.push(message.oplockLevel);
  };
  const m = await mount(await h.logOn({ clientGuid: GUID, onNotification }));
  const back = { name: 'DH2C', data: encode(durableHandleReconnectV2, { fileId, createGuid: GUID, flags: 2 }) };
  const requestedOplockLevel = lease === undefined ? BATCH : LEASE;
  const createContexts = lease === undefined ? [back] : [back, lease];
  return { m, told, again: await create(m, 'f', { requestedOplockLevel, createContexts }) };
}

/** A server with a persistent open of `f`, killed; and how to start the next. */
async function killed(more: Partial<Share> = {}, createContexts = [persistent], requestedOplockLevel: number = BATCH) {
  const kept = new Map<string, string>();
  const persistentStore: PersistentStore = {
    save: (id, text, locks) => void kept.set(id, keptText(kept.get(id), text, locks)),
    delete: (id) => void kept.delete(id),
    all: () => [...kept].map(([id, text]) => keptOpen(id, text)),
  };
  const { vfs, held, die } = withSystemLeases();
  const share = { vfs, kernelOplocks: true, continuouslyAvailable: true };
  const h = startServer({}, { ...share, ...more }, { persistentStore });
  const m = await mount(await h.logOn({ clientGuid: GUID }));
  const made = await create(m, 'f', { requestedOplockLevel, createContexts });
  die();
  const next = async (): Promise<Harness> => {
    const started = startServer({}, share, { persistentStore });
    await started.server.restorePersistent();
    return started;
  };
  return { vfs, held, kept, made, next };
}

test('a persistent open that caches writes has its file held again after a restart, and a local program breaks it', async (t) => {
  const { held, made, next } = await killed();
  t.is(made.oplockLevel, BATCH);
  const h = await next();
  t.is(held.size, 1, 'held before its client is back');
  const { m, told, again } = await reopen(h, made.fileId);
  t.is(again.oplockLevel, BATCH);
  [...held.values()][0]!.wanted();
  await settle();
  t.deepEqual(told, [NONE]);
  await acknowledge(m, again.fileId);
  t.is(held.size, 0);
  t.deepEqual(h.errors, []);
});

test('who comes back after a local program wanted the file, or had it open at the restart, caches nothing', async (t) => {
  const wanted = await killed();
  const h = await wanted.next();
  [...wanted.held.values()][0]!.wanted();
  await h.advance(0);
  t.is(wanted.held.size, 0, 'nobody is there to be asked, and the program goes on');
  t.is((await reopen(h, wanted.made.fileId)).again.oplockLevel, NONE);

  const opened = await killed();
  const { handle } = await opened.vfs.open(['f'], { disposition: 'open', kind: 'file', data: 'read' });
  const h2 = await opened.next();
  await h2.advance(0);
  t.is(opened.held.size, 0);
  t.is((await reopen(h2, opened.made.fileId)).again.oplockLevel, NONE);
  await handle.close();
});

test('a lease from when the share had none of the system is lost at the restart', async (t) => {
  const lease: CreateContext = {
    name: 'RqLs',
    data: encode(leaseCodec, {
      version: 2,
      leaseKey: GUID,
      leaseState: 7,
      flags: 0,
      leaseDuration: 0n,
      parentLeaseKey: '00000000-0000-0000-0000-000000000000',
      epoch: 0,
    }),
  };
  const { held, made, next } = await killed({ kernelOplocks: false }, [persistent, lease], LEASE);
  t.is(made.oplockLevel, LEASE);
  const h = await next();
  await h.advance(0);
  t.is(held.size, 0);
  const { again } = await reopen(h, made.fileId, lease);
  const granted = again.createContexts.find(({ name }) => name === 'RqLs');
  t.is(decode(leaseCodec, granted!.data).leaseState, 0);
});

test('a persistent open that cannot be read leaves nothing held', async (t) => {
  const { vfs, held, kept, next } = await killed();
  const { handle } = await vfs.open(['f'], { disposition: 'open', kind: 'file', data: 'none' });
  await handle.close();
  const [id, text] = [...kept][0]!;
  // A lock that cannot be read.
  kept.set(id, `${text}\n1 no range`);
  const h = await next();
  t.is(held.size, 0);
  t.is(kept.size, 0);
  const m = await client(h);
  t.is((await create(m, 'f', oplock(BATCH))).oplockLevel, BATCH);
});
