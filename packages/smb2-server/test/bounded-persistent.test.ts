import { decode, encode } from '@tsmbd/ms-dtyp';
import { locksOf } from '@tsmbd/oplock-lease';
import {
  Command,
  type CreateContext,
  durableHandleRequestV2,
  durableHandleResponseV2,
  LockFlags,
  lockRequest,
  lockResponse,
  NtStatus,
} from '@tsmbd/smb2-codec';
import test from 'ava';
import type { KeptLocks, PersistentStore } from '../src/index.ts';
import { keptOpen, keptText } from '../src/testing.ts';
import { BATCH, join, lock, v2 } from './durable-client.ts';
import { settle, startServer } from './harness.ts';
import { close, create, statusOf } from './requests.ts';

const EXCLUSIVE = LockFlags.EXCLUSIVE_LOCK | LockFlags.FAIL_IMMEDIATELY;
const SHARED = LockFlags.SHARED_LOCK | LockFlags.FAIL_IMMEDIATELY;

/** Asks for a persistent open with a CreateGuid of its own. */
const persistent = (number: number): CreateContext => ({
  name: 'DH2Q',
  data: encode(durableHandleRequestV2, {
    timeoutMs: 0,
    flags: 2,
    createGuid: `00000000-0000-4000-8000-00000000000${number}`,
  }),
});

/** A store that counts what it is given, and can refuse. */
class CountingStore implements PersistentStore {
  readonly kept = new Map<string, string>();
  readonly writes: number[] = [];
  refuses = false;
  asked = 0;

  save(id: string, text: string, locks: readonly KeptLocks[]): void {
    this.asked++;
    if (this.refuses) throw new Error('database is locked');
    this.writes.push(text.length + JSON.stringify(locks).length);
    this.kept.set(id, keptText(this.kept.get(id), text, locks));
  }

  delete(id: string): void {
    this.asked++;
    if (this.refuses) throw new Error('database is locked');
    this.kept.delete(id);
  }

  all(): ReturnType<typeof keptOpen>[] {
    return [...this.kept].map(([id, text]) => keptOpen(id, text));
  }
}

function started() {
  const store = new CountingStore();
  return { store, h: startServer({}, { continuouslyAvailable: true }, { persistentStore: store }) };
}

test('a lock of a persistent open does not write the locks that it has already', async (t) => {
  const { store, h } = started();
  const m = await join(h);
  const { fileId } = await create(m, 'f', { ...BATCH, createContexts: [v2(2)] });
  for (let i = 0; i < 300; i++) await lock(m, fileId, BigInt(1000 + i * 4), EXCLUSIVE, i % 2);
  const [first, last] = [store.writes.at(-300)!, store.writes.at(-1)!];
  t.true(last <= first, `${first} characters for the first lock, ${last} for the last`);
  t.is(store.all()[0]?.locks?.length, 300);
});

test('a lock of one open does not write the persistent opens of others', async (t) => {
  const { store, h } = started();
  const m = await join(h);
  for (const number of [1, 2, 3]) await create(m, 'f', { shareAccess: 7, createContexts: [persistent(number)] });
  t.is(store.kept.size, 3);
  const other = await create(m, 'f', { shareAccess: 7 });
  const before = store.asked;
  await lock(m, other.fileId, 0n, EXCLUSIVE, 0);
  t.is(store.asked, before);
});

test('whatever is locked and unlocked, the store has the locks that the open has', async (t) => {
  const { store, h } = started();
  const m = await join(h);
  const { fileId } = await create(m, 'f', { ...BATCH, createContexts: [v2(2)] });
  const open = [...h.server.opens.all()][0]!;
  if (open.kind !== 'file') throw new Error('a pipe');
  for (let i = 0; i < 200; i++) {
    const flags = [EXCLUSIVE, SHARED, LockFlags.UNLOCK, LockFlags.UNLOCK][(i * 7) % 4]!;
    await statusOf(lock(m, fileId, BigInt((i * 5) % 7), flags, i % 16));
    const have = locksOf(h.server.authority.peek(open.key)!).map(
      ({ offset, length, exclusive }) => `${offset} ${length} ${exclusive ? 'x' : 's'}`,
    );
    const kept = store.all()[0]!.locks!.flatMap(({ range, count }) => Array.from({ length: count }, () => range));
    t.deepEqual(kept.sort(), have.sort(), `step ${i}`);
  }
});

test('an open whose record the store does not take is not called persistent', async (t) => {
  const { store, h } = started();
  const m = await join(h);
  store.refuses = true;
  const made = await create(m, 'f', { ...BATCH, createContexts: [v2(2)] });
  t.is(decode(durableHandleResponseV2, made.createContexts[0]!.data).flags, 0, 'it caches its handle: durable');
  const plain = await create(m, 'g', { createContexts: [persistent(7)] });
  t.deepEqual(plain.createContexts, [], 'it does not: neither');
  t.is(store.kept.size, 0);
  store.refuses = false;
  await h.advance(1000);
  await settle();
  t.is(store.kept.size, 0, 'nor is it kept later');
  await close(m, made.fileId);
  await close(m, plain.fileId);
});

test('a store that refuses is asked by a timer, not by each answer, and the log says so once', async (t) => {
  const { store, h } = started();
  const m = await join(h);
  const { fileId } = await create(m, 'f', { ...BATCH, createContexts: [v2(2)] });
  store.refuses = true;
  const before = store.asked;
  for (let i = 0; i < 50; i++) await lock(m, fileId, BigInt(i * 4), EXCLUSIVE, i % 2);
  t.is(store.asked, before + 1);
  t.is(h.errors.length, 1);
  t.regex(h.errors.splice(0).join(), /could not be kept/);
  store.refuses = false;
  await h.advance(1000);
  await settle();
  t.is(store.all()[0]?.locks?.length, 50, 'what was not kept is kept then');
  await lock(m, fileId, 999n, EXCLUSIVE, 7);
  t.is(store.all()[0]?.locks?.length, 51);
  store.refuses = true;
  await close(m, fileId);
  store.refuses = false;
  await h.advance(1000);
  await settle();
  t.is(store.kept.size, 0, 'what ended meanwhile goes');
  h.errors.splice(0);
  t.is(await statusOf(lock(m, fileId, 0n, EXCLUSIVE, 0)), NtStatus.STATUS_FILE_CLOSED);
});

test('what a failing LOCK has unlocked before it failed is not in the store any more', async (t) => {
  const { store, h } = started();
  const m = await join(h);
  const { fileId } = await create(m, 'f', { ...BATCH, createContexts: [v2(2)] });
  await lock(m, fileId, 0n, EXCLUSIVE, 1);
  t.is(store.all()[0]?.locks?.length, 1);
  const elements = [0n, 50n].map((offset) => ({ offset, length: 4n, flags: LockFlags.UNLOCK }));
  const body = { lockSequenceNumber: 2, lockSequenceIndex: 1, fileId, locks: elements };
  const request = m.client.request(Command.LOCK, lockRequest, lockResponse, body, { treeId: m.treeId });
  t.is(await statusOf(request), NtStatus.STATUS_RANGE_NOT_LOCKED);
  t.deepEqual(store.all()[0]?.locks, []);
});
