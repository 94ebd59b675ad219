import test from 'ava';
import { replayEngine } from '../src/engine/explore.ts';
import type { EngineStep } from '../src/engine/steps.ts';

const ALL = { access: 0x001f_01ff, share: 7, options: 0, oplock: 0, guid: 1 } as const;
const create = (who: number, name: string, more = {}): EngineStep => ({
  do: 'create',
  who,
  name,
  disposition: 3,
  ...ALL,
  ...more,
});
const both: readonly EngineStep[] = [
  { do: 'connect', who: 0 },
  { do: 'connect', who: 1 },
];
const close = (who: number): EngineStep => ({ do: 'close', who, open: -1 });

const appends: readonly EngineStep[] = [
  ...both,
  create(0, 'log', { access: 0x84 }),
  { do: 'hold', gate: 'write' },
  { do: 'append', who: 0, open: -1, count: 3 },
  { do: 'release', index: 0 },
];

const links: readonly EngineStep[] = [
  ...both,
  create(0, 'f'),
  { do: 'link', who: 0, open: -1, to: 'g' },
  create(1, 'g'),
  { do: 'delete', who: 1, open: -1 },
  close(1),
  close(0),
];

const reserved: readonly EngineStep[] = [
  ...both,
  create(0, 'f', { durable: 'persistent' }),
  { do: 'drop', who: 0 },
  create(1, 'f'),
];

/** What a server before this one did wrong, each as the shortest script that shows it. */
const SCRIPTS: readonly { readonly rule: string; readonly script: readonly EngineStep[] }[] = [
  { rule: 'appends that are sent together are all there', script: appends },
  { rule: 'deleting one name of a file deletes no other', script: links },
  {
    rule: 'a stream that fails does not take away a file that somebody has opened',
    script: [
      ...both,
      { do: 'hold', gate: 'setStream' },
      create(0, 'n:s'),
      create(1, 'n'),
      { do: 'fail', call: 'setStream' },
      { do: 'release', index: 0 },
    ],
  },
  {
    rule: 'a POSIX deletion that fails leaves no dead open',
    script: [
      ...both,
      create(0, 'f'),
      { do: 'posix-delete', who: 0, open: -1 },
      { do: 'fail', call: 'unlink' },
      close(0),
    ],
  },
  {
    rule: 'a CLOSE that fails with a bug of the back end leaves no handle',
    script: [
      ...both,
      create(0, 'f'),
      { do: 'write', who: 0, open: -1 },
      { do: 'fail', call: 'set', plain: true },
      close(0),
    ],
  },
  {
    rule: 'an open that another client came back for is forgotten when it is closed',
    script: [
      { do: 'connect', who: 0 },
      create(0, 'f', { oplock: 9, durable: 'v2' }),
      { do: 'drop', who: 0 },
      { do: 'connect', who: 2 },
      { do: 'reconnect', who: 2, open: 0 },
      close(2),
    ],
  },
  {
    rule: 'a persistent open that cannot be opened at start comes back to its client',
    script: [
      { do: 'connect', who: 0 },
      create(0, 'f', { oplock: 9, durable: 'persistent' }),
      { do: 'restart', kill: true, fails: 'open' },
      { do: 'connect', who: 0 },
      { do: 'reconnect', who: 0, open: 0 },
      { do: 'flush', who: 0, open: -1 },
      close(0),
    ],
  },
  { rule: 'nobody opens the name of a persistent open that waits for its client', script: reserved },
  {
    rule: 'a reconnect that is answered with an error leaves the open waiting',
    script: [
      { do: 'connect', who: 0 },
      create(0, 'f', { oplock: 9, durable: 'v2' }),
      { do: 'drop', who: 0 },
      { do: 'connect', who: 0 },
      { do: 'fail', call: 'stat' },
      { do: 'reconnect', who: 0, open: 0 },
      { do: 'reconnect', who: 0, open: 0 },
      { do: 'read', who: 0, open: -1 },
    ],
  },
];

for (const { rule, script } of SCRIPTS) {
  test.serial(`${rule}: the script that showed it holds`, async (t) => {
    t.is(await replayEngine(script), undefined);
  });
}

test.serial('what goes wrong is noticed: an append that was acknowledged and is not there', async (t) => {
  const message = await replayEngine(appends, {
    onStart(server) {
      server.fileEnds.inTurn = (_key, call) => call();
    },
  });
  t.regex(message ?? '', /^the append \d+ was acknowledged/);
});

test.serial('what goes wrong is noticed: a name that goes though another was deleted', async (t) => {
  const message = await replayEngine(links, {
    onStart({ authority }) {
      const apply = authority.apply.bind(authority);
      // As if a deletion were of the file and not of the name.
      authority.apply = (key, command) => apply(key, 'link' in command ? { ...command, link: '' } : command);
    },
  });
  t.regex(message ?? '', /nobody has deleted it by that name/);
});

test.serial('what goes wrong is noticed: an open beside a persistent one that waits', async (t) => {
  const message = await replayEngine(reserved, {
    onStart({ authority }) {
      const apply = authority.apply.bind(authority);
      authority.apply = (key, command) =>
        apply(key, 'yieldsToReserved' in command ? { ...command, yieldsToReserved: false } : command);
    },
  });
  t.regex(message ?? '', /beside \d+, which waits/);
});
