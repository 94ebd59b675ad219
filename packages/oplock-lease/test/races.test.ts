import test from 'ava';
import { apply, type FileEffect, LocalAuthority, locksOf, newFileState } from '../src/index.ts';
import { leased, open } from './support/commands.ts';

/** Interleavings that tools/simulate has found. */

const DURABLE = { kind: 'durable', owner: 'alice', client: 'c', createGuid: undefined } as const;
const BACK = { type: 'reconnect', owner: 'alice', client: 'c', createGuid: undefined, lease: 'c/1' } as const;

test('a durable open that stands in the way is not reclaimed while it is being closed [MS-SMB2 3.3.4.7]', (t) => {
  const file = newFileState();
  apply(file, leased(1, 'c/1', 'RWH'));
  apply(file, { type: 'make-durable', open: 1, ...DURABLE });
  apply(file, { type: 'disconnect', open: 1 });
  t.deepEqual(apply(file, open(2)).effects, [{ type: 'purge', open: 1 }]);
  t.is(apply(file, { ...BACK, open: 1 }).result, 'not-found');
  t.false(apply(file, { type: 'make-durable', open: 1, ...DURABLE }).result);
});

test('a client that opens the file anew while its durable open is purged is told of the break [MS-SMB2 3.3.4.7]', (t) => {
  const file = newFileState();
  apply(file, leased(1, 'c/1', 'RWH'));
  apply(file, { type: 'make-durable', open: 1, ...DURABLE });
  apply(file, { type: 'disconnect', open: 1 });
  t.is(apply(file, open(2)).result.status, 'wait');
  const again = apply(file, leased(3, 'c/1', 'RWH')).result;
  t.true(again.status === 'granted' && again.lease!.breaking);
  const told = apply(file, { type: 'close', open: 1 }).effects;
  t.deepEqual(told, [{ type: 'break-lease', lease: 'c/1', from: 7, to: 3, epoch: 0, acknowledge: true }]);
  const answered = apply(file, { type: 'acknowledge', holder: { lease: 'c/1' }, keep: 3 }).effects;
  t.true(answered.some((effect: FileEffect) => effect.type === 'retry' && effect.waiter === 2));
});

test('who waited while his lease key was taken for another file holds nobody up [MS-SMB2 3.3.5.9.8]', (t) => {
  const authority = new LocalAuthority(() => {});
  authority.apply('f', open(1, { oplock: 9 }));
  t.is(authority.apply('f', leased(2, 'c/1', 'R')).status, 'wait');
  authority.apply('g', leased(3, 'c/1', 'R'));
  t.is(authority.apply('f', leased(2, 'c/1', 'R')).status, 'lease-elsewhere');
  t.deepEqual(authority.peek('f')!.waiting, []);
});

test('nobody locks or deletes through an open that is gone [MS-FSA 2.1.5.8, 2.1.5.15.3]', (t) => {
  const file = newFileState();
  apply(file, open(1));
  const ranges = [{ offset: 0n, length: 1n, exclusive: true }];
  t.is(apply(file, { type: 'lock', open: 2, ranges, waiter: undefined }).result, 'not-granted');
  apply(file, { type: 'set-delete-pending', open: 2, deletePending: true });
  t.deepEqual([locksOf(file), file.deletedLinks.size], [[], 0]);
});
