import test from 'ava';
import { CommanderError } from 'commander';
import { parseOptions } from '../src/options.ts';

test('without arguments it is the table of all cases, with one client, tsmbd beside smbd', (t) => {
  const options = parseOptions([]);
  t.deepEqual(options.task, { name: 'table' });
  t.deepEqual(
    options.servers.map(({ name, kind, workers }) => [name, kind, workers]),
    [
      ['tsmbd', 'tsmbd', undefined],
      ['smbd', 'smbd', undefined],
    ],
  );
  t.deepEqual(options.clients, [1]);
  t.deepEqual(options.modes, ['plain', 'signed', 'sealed']);
  t.true(options.match.test('anything'));
});

test('lists of servers, clients and modes are taken apart', (t) => {
  const options = parseOptions(
    '--servers tsmbd:1,tsmbd:4,smbd,floor --clients 1,2,8 --modes signed --seconds 0.5 --against tsmbd:1 --against floor'.split(
      ' ',
    ),
  );
  t.deepEqual(
    options.servers.map(({ kind, workers }) => [kind, workers]),
    [
      ['tsmbd', 1],
      ['tsmbd', 4],
      ['smbd', undefined],
      ['floor', undefined],
    ],
  );
  t.deepEqual(options.clients, [1, 2, 8]);
  t.deepEqual(options.modes, ['signed']);
  t.is(options.seconds, 0.5);
  t.deepEqual(options.against, ['tsmbd:1', 'floor']);
});

test('each other task is asked for by an option of its own', (t) => {
  t.deepEqual(parseOptions(['--profile', 'open, close']).task, { name: 'profile', case: 'open, close' });
  t.deepEqual(parseOptions(['--fairness']).task, { name: 'fairness' });
  t.deepEqual(parseOptions(['--idle', '1000']).task, { name: 'idle', connections: 1000 });
  t.deepEqual(parseOptions(['--bundle', 'x.tar.gz']).task, { name: 'bundle', file: 'x.tar.gz' });
});

for (const [what, ...args] of [
  ['an unknown server', '--servers', 'tsmbd,ksmbd'],
  ['no workers', '--servers', 'tsmbd:0'],
  ['a server twice', '--servers', 'smbd,smbd'],
  ['no clients', '--clients', '0'],
  ['half a client', '--clients', '1.5'],
  ['an unknown mode', '--modes', 'plain,secret'],
  ['a regular expression that is none', '--match', '('],
  ['no time', '--seconds', '0'],
  ['a ratio to a server that does not run', '--against', 'floor'],
  ['two tasks at once', '--fairness', '--idle', '3'],
]) {
  test.serial(`refused: ${what}`, (t) => {
    // Commander prints what is wrong; here nobody has to read it.
    const write = process.stderr.write.bind(process.stderr);
    process.stderr.write = () => true;
    try {
      t.throws(() => parseOptions(args), { instanceOf: CommanderError });
    } finally {
      process.stderr.write = write;
    }
  });
}
