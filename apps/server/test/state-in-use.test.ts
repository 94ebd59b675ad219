import { statSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { State } from '../src/state/state.ts';
import { TestDaemon, temporaryFolder, tsmbd } from './helpers/daemon.ts';

// Two daemons on one state would take each other's control socket and drop each other's persistent
// opens.

test.serial('a second daemon on one state directory ends, and takes nothing from the first', async (t) => {
  t.timeout(30_000, 'the second daemon serves');
  await using daemon = await TestDaemon.start();
  using state = new State(daemon.state, '');
  // Of the first: a second one that restored persistent opens would drop what it cannot read.
  state.persistentOpens.save('1', 'of the first', []);

  const second = await tsmbd(['serve', '--config', daemon.config, '--state', daemon.state, '--port', '0']);
  t.is(second.status, 1);
  t.true(
    second.stderr.includes(`${daemon.state} is in use by the tsmbd with pid ${daemon.process.pid}`),
    second.stderr,
  );
  t.deepEqual(state.persistentOpens.all(), [{ id: '1', text: 'of the first', locks: [] }]);
  t.is((await daemon.control('status', '--json')).status, 0, 'the control socket is still the first one');

  t.is((await tsmbd(['user', 'add', 'bob', '--state', daemon.state], 'first\n')).status, 0);
  t.regex((await tsmbd(['user', 'list', '--state', daemon.state])).stdout, /bob/);
  t.is(statSync(join(daemon.state, 'daemon.lock')).mode & 0o777, 0o600);
});

test.serial('a daemon that was killed keeps no other out', async (t) => {
  const first = await TestDaemon.start();
  await using next = await first.killAndStart();
  t.is((await next.control('status', '--json')).status, 0);
});

test.serial('a daemon that cannot have its port ends at once, and drops no persistent open', async (t) => {
  t.timeout(30_000);
  await using other = await TestDaemon.start();
  using folder = temporaryFolder();
  const state = join(folder.path, 'state');
  using kept = new State(state, '');
  kept.persistentOpens.save('1', RECORD, []);
  const begun = performance.now();
  const words = ['--state', state, '--share', `a=${folder.path}`, '--host', '127.0.0.1', '--port', String(other.port)];
  const ended = await tsmbd(['serve', ...words]);
  t.regex(ended.stderr, /is taken; --port chooses another/);
  t.true(performance.now() - begun < TIME_MS, 'it waits for no client');
  // With several workers it has been given to the first of them.
  using ofWorker = new State(state, '', 0);
  const all = [kept, ofWorker].flatMap(({ persistentOpens }) => persistentOpens.all());
  t.deepEqual(all, [{ id: '1', text: RECORD, locks: [] }]);
});

/** How long the open of RECORD waits for its client. */
const TIME_MS = 8_000;
const RECORD = JSON.stringify({
  persistentId: { $n: '1' },
  share: 'b',
  path: ['f'],
  key: '1:1',
  state: {},
  durable: { kind: 'persistent', version: 2, timeoutMs: TIME_MS },
});

test('a state is taken by one at a time, and is free when that one lets go', (t) => {
  using folder = temporaryFolder();
  using one = new State(join(folder.path, 'state'), '');
  using other = new State(join(folder.path, 'state'), '');
  const taken = one.takeForDaemon();
  t.throws(() => other.takeForDaemon(), { name: 'StateInUse', message: new RegExp(`with pid ${process.pid}`) });
  t.throws(() => other.takeForDaemon(), { name: 'StateInUse' }, 'asking does not take it away');
  taken[Symbol.dispose]();
  other.takeForDaemon()[Symbol.dispose]();
});
