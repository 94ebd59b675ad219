import { Command, echoRequest, echoResponse } from '@tsmbd/smb2-codec';
import test from 'ava';
import { Rounds } from '../src/pipeline/index.ts';
import { alone, startServer } from './harness.ts';

/** Rounds whose timers the test calls. */
function staged() {
  const timers: (() => void)[] = [];
  const rounds = new Rounds({
    timer: (_ms, call) => {
      timers.push(call);
      return () => {};
    },
  });
  const next = (): void => {
    for (const call of timers.splice(0)) call();
  };
  return { rounds, next, timers };
}

test('long messages use no more of a round of the loop than one of them, or what they share', (t) => {
  const { rounds, next, timers } = staged();
  const ran: string[] = [];
  const message = (name: string, ms: number): void => {
    const run = (): void => {
      ran.push(name);
      rounds.spent(ms);
    };
    if (rounds.begin(run)) run();
  };
  message('a', 0.4);
  message('b', 0.4);
  message('c', 4);
  message('d', 4);
  message('e', 0.4);
  message('f', 0.8);
  message('g', 0.1);
  t.deepEqual(ran, ['a', 'b', 'c'], 'what it takes is known afterwards');
  next();
  t.deepEqual(ran.splice(0), ['a', 'b', 'c', 'd']);
  next();
  t.deepEqual(ran.splice(0), ['e', 'f']);
  next();
  t.deepEqual(ran.splice(0), ['g']);
  next();
  t.is(timers.length, 0);
});

test('who comes back in its round waits behind those that wait', (t) => {
  const { rounds, next } = staged();
  const ran: string[] = [];
  const again = (name: string) => (): void => {
    ran.push(name);
    rounds.spent(0.1);
    rounds.begin(again(name));
  };
  rounds.spent(1);
  rounds.begin(again('a'));
  rounds.begin(again('b'));
  next();
  next();
  t.deepEqual(ran, ['a', 'b', 'a', 'b']);
});

alone('a client of short messages does not wait for clients of long ones', async (t) => {
  let now = 0;
  let cost = 0;
  const timers: (() => void)[] = [];
  const h = startServer(
    {},
    {},
    {
      now: () => now,
      nextTick: (call) => process.nextTick(call),
      timer: (ms, call) => {
        if (ms === 0) timers.push(call);
        return () => {};
      },
    },
  );
  const echo = async (client: Awaited<ReturnType<typeof h.logOn>>): Promise<void> =>
    void (await client.request(Command.ECHO, echoRequest, echoResponse, {}));
  const [one, two, short] = [await h.logOn(), await h.logOn(), await h.logOn()];
  h.server.observer = {
    message: (_connection, fromClient) => {
      if (fromClient) now += cost;
    },
  };
  const answered: string[] = [];
  const ask = (name: string, client: typeof one, ms: number): void => {
    cost = ms;
    void echo(client).then(() => answered.push(name));
  };
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
  };
  for (const client of [one, two]) {
    ask('first', client, 2);
    await settle();
  }
  t.is(answered.splice(0).length, 2);
  ask('one', one, 2);
  await settle();
  ask('two', two, 2);
  await settle();
  ask('short', short, 0);
  await settle();
  t.deepEqual(answered.splice(0), ['short'], 'a round has been used for the first ones');
  cost = 2;
  for (const call of timers.splice(0)) call();
  await settle();
  t.deepEqual(answered, ['one'], 'and this one has used the next');
  for (let i = 0; i < 5; i++) {
    for (const call of timers.splice(0)) call();
    await settle();
  }
  t.deepEqual(answered, ['one', 'two']);
});
