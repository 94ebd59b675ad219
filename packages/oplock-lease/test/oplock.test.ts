import test from 'ava';
import {
  apply,
  CacheBits,
  changeBreaks,
  type FileState,
  newFileState,
  type OpenCommand,
  Oplock,
  oplockOfCache,
} from '../src/index.ts';
import { bits, open as command } from './support/commands.ts';

const open = (id: number, more: Partial<OpenCommand> = {}) => command(id, { oplock: Oplock.BATCH, ...more });
const granted = (state: FileState, id: number, more: Partial<OpenCommand> = {}) => {
  const { result } = apply(state, open(id, more));
  return result.status === 'granted' ? result.oplock : result.status;
};
const acknowledge = (id: number, keep: string) =>
  ({ type: 'acknowledge', holder: { open: id }, keep: bits(keep) }) as const;
const data = (id: number) =>
  ({ type: 'change', what: 'data', open: id, parentLease: undefined, waiter: undefined }) as const;

test('alone one gets what one asks for, beside others level II at most [MS-SMB2 3.3.5.9]', (t) => {
  const state = newFileState();
  t.is(granted(state, 1, { oplock: Oplock.NONE }), Oplock.NONE);
  t.is(granted(state, 2), Oplock.LEVEL_II);
  t.is(granted(state, 3, { levelTwo: false }), Oplock.NONE);
  t.is(granted(newFileState(), 1), Oplock.BATCH);
});

test('who changes bytes from outside may wait until cached writes are written; level II is only told', (t) => {
  const state = newFileState();
  apply(state, open(1, { levelTwo: false }));
  const outside = { ...data(0), open: undefined, waiter: 7 } as const;
  const first = apply(state, outside);
  t.is(first.result, 'wait');
  t.deepEqual(first.effects, [{ type: 'break-oplock', open: 1, to: Oplock.NONE, acknowledge: true }]);
  t.deepEqual(apply(state, acknowledge(1, '')).effects.at(-1), { type: 'retry', waiter: 7 });
  t.deepEqual(apply(state, outside), { result: 'go', effects: [] });

  const shared = newFileState();
  apply(shared, open(1, { oplock: Oplock.LEVEL_II }));
  t.deepEqual(apply(shared, outside), {
    result: 'go',
    effects: [{ type: 'break-oplock', open: 1, to: Oplock.NONE, acknowledge: false }],
  });
});

test('a second open waits for the holder, and goes on when it has acknowledged [MS-SMB2 3.3.5.22.1]', (t) => {
  const state = newFileState();
  apply(state, open(1));
  const second = apply(state, open(2));
  t.is(second.result.status, 'wait');
  t.deepEqual(second.effects, [{ type: 'break-oplock', open: 1, to: Oplock.LEVEL_II, acknowledge: true }]);
  // A third one waits too, and nobody is told twice.
  t.deepEqual(apply(state, open(3)).effects, []);
  const ended = apply(state, acknowledge(1, 'R'));
  t.is(ended.result, 'ended');
  t.deepEqual(ended.effects, [
    { type: 'break-ended', holder: { open: 1 } },
    { type: 'retry', waiter: 2 },
    { type: 'retry', waiter: 3 },
  ]);
  t.is(granted(state, 2), Oplock.LEVEL_II);
});

test('a holder that closes or does not answer holds nobody up [MS-SMB2 3.3.6.1]', (t) => {
  for (const end of [{ type: 'close', open: 1 } as const, { type: 'break-expired', holder: { open: 1 } } as const]) {
    const state = newFileState();
    apply(state, open(1));
    apply(state, open(2));
    t.deepEqual(apply(state, end).effects, [
      { type: 'break-ended', holder: { open: 1 } },
      { type: 'retry', waiter: 2 },
    ]);
    t.is(apply(state, open(2)).result.status, 'granted');
    t.is(state.opens.get(1)?.cache ?? CacheBits.NONE, CacheBits.NONE);
    // Late: nothing is being broken any more.
    t.deepEqual(apply(state, { type: 'break-expired', holder: { open: 1 } }).effects, []);
  }
});

test('a batch oplock breaks before the sharing check, an exclusive one after it [MS-FSA 2.1.5.1.2]', (t) => {
  const batch = newFileState();
  apply(batch, open(1, { share: 0 }));
  t.is(apply(batch, open(2)).result.status, 'wait');
  t.is(apply(batch, acknowledge(1, 'R')).result, 'ended');
  t.is(apply(batch, open(2)).result.status, 'sharing-violation');
  const exclusive = newFileState();
  apply(exclusive, open(1, { share: 0, oplock: Oplock.EXCLUSIVE }));
  t.is(apply(exclusive, open(2)).result.status, 'sharing-violation');
});

test('an open for metadata breaks nothing; one that empties the file leaves nothing cached', (t) => {
  const state = newFileState();
  apply(state, open(1));
  t.is(granted(state, 2, { access: 0x80, oplock: Oplock.NONE }), Oplock.NONE);
  t.deepEqual(apply(state, open(3, { overwrites: true })).effects, [
    { type: 'break-oplock', open: 1, to: Oplock.NONE, acknowledge: true },
  ]);
});

test('an acknowledgment of more than was offered keeps nothing [MS-SMB2 3.3.5.22.1]', (t) => {
  const state = newFileState();
  apply(state, open(1));
  apply(state, open(2));
  t.is(apply(state, acknowledge(1, 'RW')).result, 'not-allowed');
  t.is(oplockOfCache(state.opens.get(1)!.cache), Oplock.NONE);
  t.is(apply(state, acknowledge(1, '')).result, 'not-breaking');
  t.is(apply(state, acknowledge(9, '')).result, 'unknown');
});

test('a change takes every level II oplock, its own too, once, and asks for no answer [MS-FSA 2.1.5.4]', (t) => {
  const state = newFileState();
  apply(state, open(1, { oplock: Oplock.LEVEL_II }));
  apply(state, open(2, { oplock: Oplock.LEVEL_II }));
  t.true(changeBreaks(state, data(1)));
  t.deepEqual(apply(state, data(1)).effects, [
    { type: 'break-oplock', open: 1, to: Oplock.NONE, acknowledge: false },
    { type: 'break-oplock', open: 2, to: Oplock.NONE, acknowledge: false },
  ]);
  t.false(changeBreaks(state, data(1)));
  // Who caches writes changes what he likes.
  const alone = newFileState();
  apply(alone, open(1));
  t.false(changeBreaks(alone, data(1)));
});

test('a change that is over takes what others have come to cache, and its own level II oplock not again', (t) => {
  const state = newFileState();
  apply(state, open(1, { oplock: Oplock.LEVEL_II }));
  apply(state, open(2, { oplock: Oplock.LEVEL_II }));
  const over = { ...data(1), isOver: true } as const;
  t.deepEqual(apply(state, over).effects, [{ type: 'break-oplock', open: 2, to: Oplock.NONE, acknowledge: false }]);
  t.false(changeBreaks(state, over));
  t.is(state.opens.get(1)!.cache, CacheBits.READ);
});

test('without level II an oplock is broken to nothing', (t) => {
  const state = newFileState();
  apply(state, open(1, { levelTwo: false }));
  t.deepEqual(apply(state, open(2)).effects, [{ type: 'break-oplock', open: 1, to: Oplock.NONE, acknowledge: true }]);
});

test('a wait that was withdrawn is not called again', (t) => {
  const state = newFileState();
  apply(state, open(1));
  apply(state, open(2));
  apply(state, { type: 'cancel-wait', waiter: 2 });
  t.deepEqual(apply(state, { type: 'close', open: 1 }).effects, [{ type: 'break-ended', holder: { open: 1 } }]);
});

test('a batch oplock in the way of who would empty the file breaks to nothing, shared or not [MS-FSA 2.1.5.1.2]', (t) => {
  const file = newFileState();
  apply(file, open(1, { oplock: Oplock.BATCH, share: 0 }));
  t.deepEqual(apply(file, open(2, { overwrites: true })).effects, [
    { type: 'break-oplock', open: 1, to: Oplock.NONE, acknowledge: true },
  ]);
});
