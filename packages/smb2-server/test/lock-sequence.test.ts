import test from 'ava';
import { LockSequences } from '../src/model/lock-sequence.ts';

test('a LOCK that was carried out is repeated by its number in its entry [MS-SMB2 3.3.5.14]', (t) => {
  const sequences = new LockSequences();
  t.false(sequences.isRepeated(1, 5));
  sequences.done(1, 5);
  t.true(sequences.isRepeated(1, 5));
  t.false(sequences.isRepeated(2, 5), 'another entry');
});

test('a LOCK with another number frees its entry until it is carried out [MS-SMB2 3.3.5.14]', (t) => {
  const sequences = new LockSequences();
  sequences.done(1, 5);
  t.false(sequences.isRepeated(1, 6));
  t.false(sequences.isRepeated(1, 5), 'the one before is over');
  sequences.done(1, 6);
  sequences.forget(1);
  t.false(sequences.isRepeated(1, 6), 'it was not carried out after all');
});

test('entries are numbered from 1 to 64, and a LOCK of none is never a repetition [MS-SMB2 3.3.5.14]', (t) => {
  const sequences = new LockSequences();
  for (const index of [0, 65]) {
    sequences.done(index, 0);
    for (const number of [0, 0xff]) t.false(sequences.isRepeated(index, number), `entry ${index}`);
  }
  sequences.done(64, 3);
  t.true(sequences.isRepeated(64, 3));
  t.true(new LockSequences(sequences.bytes).isRepeated(64, 3), 'kept and taken up again');
});
