import test from 'ava';
import { CASES } from '../src/cases/cases.ts';
import { crowdName } from '../src/cases/crowd.ts';
import { caseMeant, jobNamed } from '../src/cases/find.ts';
import { NEIGHBOURS } from '../src/cases/neighbours.ts';
import { entriesIn } from '../src/cases/operations.ts';
import { parseServers } from '../src/servers/spec.ts';
import { configurationOf } from '../src/servers/start.ts';

test('a client process finds every job by its name', (t) => {
  for (const job of [...CASES, ...NEIGHBOURS.map((neighbour) => neighbour.job)]) t.is(jobNamed(job.name), job);
  t.is(jobNamed(crowdName(250)).depth, 250);
  t.throws(() => jobNamed('no such job'), { message: /no such job/ });
});

test('a case is meant by its name, or by a part that only it has', (t) => {
  t.is(caseMeant('open, close').name, 'open, close');
  t.is(caseMeant('lease').name, 'open with a lease RWH, close');
  t.throws(() => caseMeant('open'), { message: /more than one case: "open, close", "open with a lease RWH/ });
  t.throws(() => caseMeant('delete'), { message: /no case/ });
});

test('entries of a listing are counted by their chain [MS-FSCC 2.4]', (t) => {
  const listing = new Uint8Array(300);
  const view = new DataView(listing.buffer);
  view.setUint32(0, 104, true);
  view.setUint32(104, 96, true);
  t.is(entriesIn(listing), 3);
  t.is(entriesIn(new Uint8Array(0)), 0);
});

test('tsmbd is told its workers if their number is named', (t) => {
  const configuration = (name: string): string =>
    configurationOf(parseServers(name)[0]!, 4445, { share: '/srv', work: '/tmp' });
  t.false(configuration('tsmbd').includes('workers'));
  t.true(configuration('tsmbd:1').includes('\nworkers = 1\n'));
  t.true(configuration('tsmbd:4').includes('\nworkers = 4\n'));
  t.true(
    configurationOf(parseServers('tsmbd')[0]!, 4445, { share: '/srv', work: '/tmp', connections: 1100 }).includes(
      'max server connections = 1100\nmax connections per address = 1100\n[bench]\npath = /srv\n',
    ),
  );
});
