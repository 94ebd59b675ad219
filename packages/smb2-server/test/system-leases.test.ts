import { decode, encode } from '@tsmbd/ms-dtyp';
import {
  Command,
  HEADER_SIZE,
  lease as leaseCodec,
  NtStatus,
  OplockLevel,
  oplockBreakRequest,
  oplockBreakResponse,
} from '@tsmbd/smb2-codec';
import { createMemoryVfs, type Vfs, VfsError, type VfsHandle } from '@tsmbd/vfs-adapter';
import test from 'ava';
import type { Share } from '../src/index.ts';
import { type Harness, settle, startServer } from './harness.ts';
import { close, create, type Mount, mount, statusOf } from './requests.ts';

const { NONE, II: LEVEL_II, EXCLUSIVE, BATCH, LEASE } = OplockLevel;

/** A back end whose files can be held up for local programs: as a system does it, for one that has the file open alone. */
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
  return { vfs: leasing, held };
}

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
  const { m, held } = await start();
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
