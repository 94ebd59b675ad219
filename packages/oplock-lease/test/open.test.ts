import test from 'ava';
import { apply, conflicts, newFileState } from '../src/index.ts';
import { open as command } from './support/commands.ts';

const READ = 0x1;
const WRITE = 0x2;
const DELETE = 0x1_0000;
const ATTRIBUTES = 0x80;

/** An open command with the usual rest. */
const open = (id: number, access: number, share: number, deleteOnClose = false) =>
  command(id, { access, share, deleteOnClose });

const SHARE_CASES = [
  // held access, held share, wanted access, wanted share, result
  [READ, 7, WRITE, 7, 'granted'],
  [READ, 1, READ, 1, 'granted'],
  [READ, 0, READ, 7, 'sharing-violation'],
  [READ, 1, WRITE, 7, 'sharing-violation'],
  [WRITE, 7, READ, 1, 'sharing-violation'],
  [WRITE, 7, READ, 2, 'granted'],
  [READ, 3, DELETE, 7, 'sharing-violation'],
  [DELETE, 7, READ, 3, 'sharing-violation'],
  [DELETE, 7, READ, 7, 'granted'],
  [READ, 0, ATTRIBUTES, 0, 'granted'],
  [ATTRIBUTES, 0, READ, 0, 'granted'],
  [0x20, 7, READ, 2, 'sharing-violation'],
  [0x4, 7, READ, 1, 'sharing-violation'],
] as const;

for (const [held, heldShare, wanted, share, expected] of SHARE_CASES) {
  test(`access ${held} sharing ${heldShare}, then access ${wanted} sharing ${share}: ${expected} [MS-FSA 2.1.5.1.2.2]`, (t) => {
    const state = newFileState();
    t.is(apply(state, open(1, held, heldShare)).result.status, 'granted');
    t.is(apply(state, open(2, wanted, share)).result.status, expected);
    t.is(state.opens.size, expected === 'granted' ? 2 : 1);
  });
}

test('every pair of accesses and sharings is decided the same way round [MS-FSA 2.1.5.1.2.2]', (t) => {
  const accesses = [READ, WRITE, DELETE, READ | WRITE, READ | DELETE, READ | WRITE | DELETE];
  for (const a of accesses) {
    for (const b of accesses) {
      for (let shareA = 0; shareA < 8; shareA++) {
        for (let shareB = 0; shareB < 8; shareB++) {
          const one = newFileState();
          apply(one, open(1, a, shareA));
          const two = newFileState();
          apply(two, open(1, b, shareB));
          const forth = apply(one, open(2, b, shareB)).result.status;
          t.is(forth, apply(two, open(2, a, shareA)).result.status);
          t.is(forth === 'granted', !conflicts(a, shareB) && !conflicts(b, shareA));
        }
      }
    }
  }
});

test('nobody opens a file that is to be deleted [MS-FSA 2.1.5.1.2]', (t) => {
  const state = newFileState();
  apply(state, open(1, READ | DELETE, 7));
  apply(state, { type: 'set-delete-pending', open: 1, deletePending: true });
  t.is(apply(state, open(2, ATTRIBUTES, 7)).result.status, 'delete-pending');
  apply(state, { type: 'set-delete-pending', open: 1, deletePending: false });
  t.is(apply(state, open(2, ATTRIBUTES, 7)).result.status, 'granted');
});

test('delete-on-close of one open deletes with the last one [MS-FSA 2.1.5.5]', (t) => {
  const state = newFileState();
  apply(state, open(1, DELETE, 7, true));
  apply(state, open(2, READ, 7));
  t.deepEqual(apply(state, { type: 'close', open: 1 }).result, { last: false, deleteNow: false, link: '' });
  t.is(apply(state, open(3, READ, 7)).result.status, 'delete-pending');
  t.deepEqual(apply(state, { type: 'close', open: 2 }).result, { last: true, deleteNow: true, link: '' });
});

test('closing what is not open changes nothing', (t) => {
  const state = newFileState();
  apply(state, open(1, READ, 7));
  t.deepEqual(apply(state, { type: 'close', open: 9 }).result, { last: false, deleteNow: false, link: '' });
  t.is(state.opens.size, 1);
});

test('an open that is gone, or never was, does not mark a file to be deleted [MS-FSA 2.1.5.15.3]', (t) => {
  const state = newFileState();
  apply(state, open(1, READ, 7));
  apply(state, { type: 'set-delete-pending', open: 2, deletePending: true });
  t.is(state.deletedLinks.size, 0);
});
