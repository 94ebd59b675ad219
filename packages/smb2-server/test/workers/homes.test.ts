import { NtStatus } from '@tsmbd/smb2-codec';
import test from 'ava';
import { HomedElsewhere, StatusError } from '../../src/errors.ts';
import { Homes } from '../../src/workers/homes.ts';
import { SharedTable } from '../../src/workers/shared-table.ts';

function homes(workers: number): Homes[] {
  const memory = new SharedArrayBuffer(SharedTable.sizeOf(1));
  return Array.from({ length: workers }, (_, own) => new Homes(new SharedTable(memory, 0, 1, 1, own), own));
}

test('a file has one home, for as long as anybody there uses it', (t) => {
  const [a, b] = homes(2) as [Homes, Homes];
  t.is(a.elsewhere('f'), undefined, 'nobody has it');
  a.take('f');
  a.take('f');
  t.is(a.elsewhere('f'), undefined);
  t.is(b.elsewhere('f'), 0);
  t.false(b.tryTake('f'));
  t.is(t.throws(() => b.take('f'), { instanceOf: HomedElsewhere }).worker, 0);
  a.drop('f');
  t.is(b.elsewhere('f'), 0);
  a.drop('f');
  t.is(b.elsewhere('f'), undefined);
  b.take('f');
  t.is(a.elsewhere('f'), 1);
});

test('what a worker does not have it cannot drop for the one that has it', (t) => {
  const [a, b] = homes(2) as [Homes, Homes];
  a.take('f');
  b.drop('f');
  b.mark('f', 1, true);
  t.is(b.elsewhere('f'), 0);
  t.is(b.marksOf(b.hashOf('f'), 0), 0);
  a.drop('f');
  // Once too often.
  a.drop('f');
  b.take('f');
  a.drop('f');
  t.is(a.elsewhere('f'), 1);
});

test('others see the word of a file, and none of one that has another home by now', (t) => {
  const [a, b] = homes(2) as [Homes, Homes];
  a.take('f');
  const hash = b.hashOf('f');
  t.is(b.marksOf(hash, 0), 0);
  a.mark('f', 1, true);
  t.is(b.marksOf(hash, 0), 1);
  a.mark('f', 2, true);
  a.mark('f', 1, false);
  t.is(b.marksOf(hash, 0), 2);
  a.drop('f');
  t.is(b.marksOf(hash, 0), undefined);
  b.take('f');
  t.is(b.marksOf(hash, 0), undefined);
});

test('a file that the table has no room for is refused, and another that is closed makes room', (t) => {
  const [a, b] = homes(2) as [Homes, Homes];
  for (let i = 0; i < 16; i++) a.take(`f${i}`);
  const refused = t.throws(() => b.take('g'), { instanceOf: StatusError });
  t.is(refused.status, NtStatus.STATUS_INSUFFICIENT_RESOURCES);
  a.take('f3');
  a.drop('f0');
  t.true(b.tryTake('g'));
});

test('a mark that was left for a worker that died stays until it has taken the file and is done with it', (t) => {
  const memory = new SharedArrayBuffer(SharedTable.sizeOf(1));
  const table = (own: number): SharedTable => new SharedTable(memory, 0, 1, 1, own);
  const dead = new Homes(table(0), 0);
  dead.take('f');
  dead.mark('f', 2, true);
  table(1).forget(0, 2);
  const again = new Homes(table(0), 0);
  again.take('f');
  // Something else is marked first.
  again.mark('f', 1, true);
  t.is(again.marksOf(again.hashOf('f'), 0), 3);
  table(1).forget(0, 2);
  t.is(new Homes(table(1), 1).elsewhere('f'), 0);
});
