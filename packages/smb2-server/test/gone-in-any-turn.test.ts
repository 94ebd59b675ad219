import { createMemoryVfs, type Vfs } from '@tsmbd/vfs-adapter';
import test from 'ava';
import type { Account } from '../src/index.ts';
import { TEST_ACCOUNTS } from '../src/testing.ts';
import { settle, startServer } from './harness.ts';
import { create, mount, statusOf } from './requests.ts';

// A connection may go between any two steps of a request, each of which waits for a moment even
// where nothing has to be waited for.

/** More turns than any request of these tests takes. */
const TURNS = 60;

/** Calls `run` after so many turns of the microtask queue. */
function after(turns: number, run: () => void): void {
  if (turns === 0) run();
  else queueMicrotask(() => after(turns - 1, run));
}

/** A back end that tells when it is asked to open something, and counts what stays open. */
function counted(inner: Vfs, opens: () => void): { vfs: Vfs; left: () => number } {
  let left = 0;
  const vfs: Vfs = {
    features: inner.features,
    statFs: () => inner.statFs(),
    dispose: () => inner.dispose(),
    async open(path, options) {
      const opened = await inner.open(path, options);
      left += 1;
      const { handle } = opened;
      const close = handle.close.bind(handle);
      handle.close = () => {
        left -= 1;
        return close();
      };
      opens();
      return opened;
    },
  };
  return { vfs, left: () => left };
}

test('a CREATE whose connection goes in any turn of it leaves no Open, no handle and no session', async (t) => {
  let wasAnswered = 0;
  for (let turns = 0; turns < TURNS; turns++) {
    let opens = (): void => {};
    const { vfs, left } = counted(createMemoryVfs(), () => opens());
    const h = startServer({}, { vfs });
    const m = await mount(await h.logOn());
    opens = () => {
      opens = () => {};
      after(turns, () => {
        for (const connection of [...h.server.connections]) connection.disconnect('in the middle');
      });
    };
    const status = await statusOf(create(m, 'f')).catch(() => -1);
    if (status === 0) wasAnswered++;
    await settle();
    t.deepEqual([...h.server.opens.all()].length, 0, `after ${turns} turns`);
    t.is(left(), 0, `after ${turns} turns`);
    t.is(h.server.sessions.size, 0, `after ${turns} turns`);
    t.deepEqual([...h.server.authority.entries()], [], `after ${turns} turns`);
  }
  t.true(wasAnswered > 0, 'the last turns are behind the answer');
});

test('a logon whose connection goes in any turn of it leaves no session', async (t) => {
  let loggedOn = 0;
  for (let turns = 0; turns < TURNS; turns++) {
    let asked = (): void => {};
    const find = (user: string): Account | undefined => {
      asked();
      return TEST_ACCOUNTS.find(({ name }) => name === user);
    };
    const h = startServer({ maxSessions: 1 }, {}, { accounts: { find } });
    asked = () => {
      asked = () => {};
      after(turns, () => {
        for (const connection of [...h.server.connections]) connection.disconnect('in the middle');
      });
    };
    if (
      await h.logOn().then(
        () => true,
        () => false,
      )
    )
      loggedOn++;
    await settle();
    t.is(h.server.sessions.size, 0, `after ${turns} turns`);
    t.true(h.server.hasRoomFor({ connection: h.server.nobody() } as never), `after ${turns} turns`);
  }
  t.true(loggedOn > 0, 'the last turns are behind the logon');
});
