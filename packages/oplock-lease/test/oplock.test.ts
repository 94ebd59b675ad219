import test from 'ava';
import { apply, cachedByOthers, newFileState, type OpenCommand, Oplock } from '../src/index.ts';

const open = (id: number, more: Partial<OpenCommand> = {}): OpenCommand => ({
  type: 'open',
  open: id,
  access: 3,
  share: 7,
  deleteOnClose: false,
  oplock: Oplock.BATCH,
  statOnly: false,
  overwrites: false,
  waiter: id,
  ...more,
});

test('alone one gets what one asks for, beside others level II at most [MS-SMB2 3.3.5.9]', (t) => {
  const state = newFileState();
  t.deepEqual(apply(state, open(1, { oplock: Oplock.NONE })).result, { status: 'granted', oplock: Oplock.NONE });
  t.deepEqual(apply(state, open(2)).result, { status: 'granted', oplock: Oplock.LEVEL_II });
  const other = newFileState();
  t.deepEqual(apply(other, open(1)).result, { status: 'granted', oplock: Oplock.BATCH });
});

test('a second open waits for the holder, and goes on when it has acknowledged [MS-SMB2 3.3.5.22.1]', (t) => {
  const state = newFileState();
  apply(state, open(1));
  const second = apply(state, open(2));
  t.is(second.result.status, 'wait');
  t.deepEqual(second.effects, [{ type: 'break', open: 1, to: Oplock.LEVEL_II, acknowledge: true }]);
  // A third one waits too, and nobody is told twice.
  t.deepEqual(apply(state, open(3)).effects, []);
  const ended = apply(state, { type: 'break-end', open: 1, level: Oplock.LEVEL_II });
  t.is(ended.result, 'ended');
  t.deepEqual(ended.effects, [
    { type: 'break-ended', open: 1 },
    { type: 'retry-open', waiter: 2 },
    { type: 'retry-open', waiter: 3 },
  ]);
  t.deepEqual(apply(state, open(2)).result, { status: 'granted', oplock: Oplock.LEVEL_II });
});

test('a holder that closes or does not answer holds nobody up [MS-SMB2 3.3.6.1]', (t) => {
  for (const end of [{ type: 'close', open: 1 } as const, { type: 'break-end', open: 1, level: undefined } as const]) {
    const state = newFileState();
    apply(state, open(1));
    apply(state, open(2));
    t.deepEqual(apply(state, end).effects, [
      { type: 'break-ended', open: 1 },
      { type: 'retry-open', waiter: 2 },
    ]);
    t.is(apply(state, open(2)).result.status, 'granted');
  }
});

test('a batch oplock breaks before the sharing check, an exclusive one after it [MS-FSA 2.1.5.1.2]', (t) => {
  const batch = newFileState();
  apply(batch, open(1, { share: 0 }));
  t.is(apply(batch, open(2)).result.status, 'wait');
  const exclusive = newFileState();
  apply(exclusive, open(1, { share: 0, oplock: Oplock.EXCLUSIVE }));
  t.is(apply(exclusive, open(2)).result.status, 'sharing-violation');
});

test('an open for metadata breaks nothing; one that empties the file leaves nothing cached', (t) => {
  const state = newFileState();
  apply(state, open(1));
  t.is(apply(state, open(2, { access: 0x80, statOnly: true, oplock: Oplock.NONE })).result.status, 'granted');
  t.deepEqual(apply(state, open(3, { overwrites: true })).effects, [
    { type: 'break', open: 1, to: Oplock.NONE, acknowledge: true },
  ]);
});

test('an acknowledgment of more than was offered keeps nothing [MS-SMB2 3.3.5.22.1]', (t) => {
  const state = newFileState();
  apply(state, open(1));
  apply(state, open(2));
  t.is(apply(state, { type: 'break-end', open: 1, level: Oplock.EXCLUSIVE }).result, 'not-allowed');
  t.is(state.opens.get(1)?.oplock, Oplock.NONE);
  t.is(apply(state, { type: 'break-end', open: 1, level: Oplock.NONE }).result, 'not-breaking');
});

test('a change tells the others who cache reads, once, and asks for no answer [MS-FSA 2.1.5.4]', (t) => {
  const state = newFileState();
  apply(state, open(1, { oplock: Oplock.LEVEL_II }));
  apply(state, open(2, { oplock: Oplock.LEVEL_II }));
  t.true(cachedByOthers(state, 1));
  t.deepEqual(apply(state, { type: 'modify', open: 1 }).effects, [
    { type: 'break', open: 2, to: Oplock.NONE, acknowledge: false },
  ]);
  t.false(cachedByOthers(state, 1));
  t.is(state.opens.get(1)?.oplock, Oplock.LEVEL_II);
});

test('a wait that was withdrawn is not called again', (t) => {
  const state = newFileState();
  apply(state, open(1));
  apply(state, open(2));
  apply(state, { type: 'cancel-open', waiter: 2 });
  t.deepEqual(apply(state, { type: 'close', open: 1 }).effects, [{ type: 'break-ended', open: 1 }]);
});
