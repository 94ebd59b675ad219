import {
  Command,
  closeRequest,
  closeResponse,
  LockFlags,
  lockRequest,
  lockResponse,
  NtStatus,
} from '@tsmbd/smb2-codec';
import test, { type ExecutionContext } from 'ava';
import type { ServerEnvironment } from '../src/index.ts';
import { statusOf as serverStatusOf } from '../src/index.ts';
import { TURN_MS } from '../src/model/index.ts';
import { VirtualClock } from '../src/testing.ts';
import { alone, type Harness, startServer } from './harness.ts';
import { create, type Mount, mount } from './requests.ts';

// No work of the engine keeps the event loop for long. These tests count looks at the clock: it
// advances with each of them, and work that can be long looks at it between its steps.

/** Milliseconds that pass between two looks at the clock. */
const STEP = 0.25;
/** How long a turn may be: a few looks more than what is measured. */
const BOUND = TURN_MS + 4;

interface Counted {
  readonly h: Harness;
  /** How many turns the engine has had for work that it cut into slices. */
  readonly slices: () => number;
  /** The longest turn since `start`, in milliseconds of the clock: in looks at it, therefore. */
  readonly longest: () => number;
  /** From now on time passes. */
  readonly start: (each?: number) => void;
}

/** A server in whose turns time passes, and in which timers of 0 ms are called by themselves. */
function counted(t: ExecutionContext, more: Partial<ServerEnvironment> = {}): Counted {
  let now = 0;
  let step = 0;
  let slices = 0;
  const clock = new VirtualClock();
  const h = startServer(
    { maxOpensPerSession: 100_000, maxCredits: 8192 },
    {},
    {
      now: () => (now += step),
      nextTick: (call) => process.nextTick(call),
      timer(ms, call) {
        if (ms > 0) return clock.timer(ms, call);
        const immediate = setImmediate(() => {
          slices += 1;
          call();
        });
        return () => clearImmediate(immediate);
      },
      ...more,
    },
  );
  t.teardown(() => {
    if (h.errors.length > 0) throw new Error(h.errors.join());
  });
  const start = (each = STEP): void => {
    step = each;
    h.server.turns.look();
    h.server.turns.enter('test');
  };
  return { h, slices: () => slices, longest: () => h.server.turns.look().sinceLook.max, start };
}

const open = async (m: Mount, count: number): Promise<void> => {
  for (let i = 0; i < count; i++) await create(m, `f${i}`);
};

test('a status of many opens does not keep the event loop', async (t) => {
  const { h, longest, start } = counted(t);
  const m = await mount(await h.logOn());
  await open(m, 200);
  start();
  const status = await serverStatusOf(h.server);
  t.is(status.sessions[0]!.opens.length, 200);
  const ms = longest();
  t.true(ms > TURN_MS && ms <= BOUND, `${ms} ms`);
});

test('the end of a session with many opens does not keep the event loop', async (t) => {
  const { h, longest, start } = counted(t);
  const m = await mount(await h.logOn());
  await open(m, 200);
  start();
  m.client.close();
  while (h.server.sessions.size > 0 || [...h.server.opens.all()].length > 0) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  const ms = longest();
  t.true(ms > TURN_MS && ms <= BOUND, `${ms} ms`);
});

alone('requests that one CLOSE ends are answered in several turns', async (t) => {
  const { h, longest, start } = counted(t);
  const [holder, waiter] = [await mount(await h.logOn()), await mount(await h.logOn({}, 'bob'))];
  const [held, wanted] = [await create(holder, 'f'), await create(waiter, 'f')];
  const element = { offset: 0n, length: 1n };
  const lock = (m: Mount, fileId: typeof held.fileId, flags: number, expected: readonly number[]) => {
    const body = { lockSequenceNumber: 0, lockSequenceIndex: 0, fileId, locks: [{ ...element, flags }] };
    return m.client.request(Command.LOCK, lockRequest, lockResponse, body, { treeId: m.treeId }, expected);
  };
  await lock(holder, held.fileId, LockFlags.EXCLUSIVE_LOCK, [NtStatus.STATUS_SUCCESS]);
  const waiting = Array.from({ length: 120 }, () =>
    lock(waiter, wanted.fileId, LockFlags.EXCLUSIVE_LOCK, [NtStatus.STATUS_RANGE_NOT_LOCKED]),
  );
  while (h.server.waits.size < 120) await new Promise((resolve) => setImmediate(resolve));
  start();
  const body = { flags: 0, fileId: wanted.fileId };
  await waiter.client.request(Command.CLOSE, closeRequest, closeResponse, body, { treeId: waiter.treeId });
  await Promise.all(waiting);
  const ms = longest();
  t.true(ms > TURN_MS && ms <= BOUND, `${ms} ms`);
});

test('of requests that came together, as many begin in a turn as have room in it', async (t) => {
  const { h, longest, slices, start } = counted(t);
  const m = await mount(await h.logOn());
  const many = (count: number, name: string) =>
    Promise.all(Array.from({ length: count }, (_, i) => create(m, `${name}${i}`)));
  start(1 / 32);
  // How long they take is not known before the first of them have ended.
  await many(100, 'a');
  h.server.turns.look();
  const before = slices();
  await many(300, 'b');
  const ms = longest();
  t.true(ms > TURN_MS / 2 && ms <= 2 * TURN_MS, `${ms} ms`);
  t.true(slices() - before >= 4, `${slices() - before} slices`);
});
