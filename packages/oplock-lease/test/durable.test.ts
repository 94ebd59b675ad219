import test from 'ava';
import { apply, type DurableState, type FileState, locksOf, newFileState, Oplock } from '../src/index.ts';
import { leased, open } from './support/commands.ts';

const GUID = '11111111-2222-3333-4444-555555555555';

function durable(file: FileState, id: number, more: Partial<DurableState> = {}): boolean {
  const given = { kind: 'durable', owner: 'alice', client: 'A', createGuid: undefined, ...more } as const;
  return apply(file, { type: 'make-durable', open: id, ...given }).result;
}

const reconnect = (id: number, more: { owner?: string; client?: string; createGuid?: string; lease?: string } = {}) =>
  ({
    type: 'reconnect',
    open: id,
    owner: 'alice',
    client: 'A',
    createGuid: undefined,
    lease: undefined,
    ...more,
  }) as const;

for (const [name, oplock, expected] of [
  ['none', Oplock.NONE, false],
  ['level II', Oplock.LEVEL_II, false],
  ['exclusive', Oplock.EXCLUSIVE, false],
  ['batch', Oplock.BATCH, true],
] as const) {
  test(`an open with oplock ${name} ${expected ? 'can' : 'cannot'} be durable [MS-SMB2 3.3.5.9.6]`, (t) => {
    const file = newFileState();
    apply(file, open(1, { oplock }));
    t.is(durable(file, 1), expected);
    t.true(durable(file, 1, { kind: 'persistent' }), 'persistent in any case');
  });
}

for (const [wish, expected] of [
  ['R', false],
  ['RW', false],
  ['RH', true],
  ['RWH', true],
] as const) {
  test(`an open with a lease ${wish} ${expected ? 'can' : 'cannot'} be durable [MS-SMB2 3.3.5.9.10]`, (t) => {
    const file = newFileState();
    apply(file, leased(1, 'A/k', wish));
    t.is(durable(file, 1), expected);
  });
}

test('who was not made durable ends with its connection [MS-SMB2 3.3.7.1]', (t) => {
  const file = newFileState();
  apply(file, open(1, { oplock: Oplock.BATCH }));
  t.is(apply(file, { type: 'disconnect', open: 1 }).result, 'close');
});

test('an oplock that was broken meanwhile does not keep the open [MS-SMB2 3.3.7.1]', (t) => {
  const file = newFileState();
  apply(file, open(1, { oplock: Oplock.BATCH }));
  t.true(durable(file, 1));
  apply(file, open(2));
  apply(file, { type: 'acknowledge', holder: { open: 1 }, keep: 1 });
  t.is(apply(file, { type: 'disconnect', open: 1 }).result, 'close');
});

test('only the same user comes back, and only when nobody has the open [MS-SMB2 3.3.5.9.7]', (t) => {
  const file = newFileState();
  apply(file, open(1, { oplock: Oplock.BATCH }));
  durable(file, 1);
  t.is(apply(file, reconnect(1)).result, 'not-found', 'still connected');
  t.is(apply(file, { type: 'disconnect', open: 1 }).result, 'kept');
  t.is(apply(file, reconnect(2)).result, 'not-found', 'another open');
  t.is(apply(file, reconnect(1, { owner: 'mallory' })).result, 'access-denied');
  t.is(apply(file, reconnect(1, { lease: 'A/k' })).result, 'not-found', 'it has no lease');
  t.is(apply(file, reconnect(1, { client: 'B' })).result, 'reconnected', 'without a lease from any client');
  t.is(apply(file, reconnect(1, { client: 'B' })).result, 'not-found', 'once');
});

test('with a lease the same client comes back, and names it [MS-SMB2 3.3.5.9.12]', (t) => {
  const file = newFileState();
  apply(file, leased(1, 'A/k', 'RWH'));
  durable(file, 1, { createGuid: GUID });
  apply(file, { type: 'disconnect', open: 1 });
  t.is(apply(file, reconnect(1, { createGuid: GUID })).result, 'not-found');
  t.is(apply(file, reconnect(1, { createGuid: GUID, lease: 'A/other' })).result, 'not-found');
  t.is(apply(file, reconnect(1, { createGuid: GUID.replace('1', '9'), lease: 'A/k' })).result, 'not-found');
  t.is(apply(file, reconnect(1, { createGuid: GUID, lease: 'A/k', client: 'B' })).result, 'not-found');
  t.is(apply(file, reconnect(1, { createGuid: GUID, lease: 'A/k' })).result, 'reconnected');
  t.is(file.leases.get('A/k')!.cache, 7);
});

test('who stands in the way of another while nobody has it is closed at once, and is not found again', (t) => {
  for (const first of [open(1, { oplock: Oplock.BATCH }), leased(1, 'A/k', 'RWH')]) {
    const file = newFileState();
    apply(file, first);
    durable(file, 1);
    apply(file, { type: 'disconnect', open: 1 });
    const { result, effects } = apply(file, open(2));
    t.is(result.status, 'wait');
    t.deepEqual(effects, [{ type: 'purge', open: 1 }]);
    const closed = apply(file, { type: 'close', open: 1 });
    t.true(closed.effects.some((e) => e.type === 'retry' && e.waiter === 2));
    t.is(apply(file, open(2)).result.status, 'granted');
    t.is(apply(file, reconnect(1)).result, 'not-found');
  }
});

test('a break that is on its way when the connection goes takes the open with it', (t) => {
  const file = newFileState();
  apply(file, leased(1, 'A/k', 'RWH'));
  durable(file, 1);
  t.is(apply(file, open(2)).result.status, 'wait');
  t.is(apply(file, { type: 'disconnect', open: 1 }).result, 'close');
});

test('a lease that another connection of its client holds too is broken, not purged', (t) => {
  const file = newFileState();
  apply(file, leased(1, 'A/k', 'RWH'));
  apply(file, leased(2, 'A/k', 'RWH'));
  durable(file, 1);
  apply(file, { type: 'disconnect', open: 1 });
  const { effects } = apply(file, open(3));
  t.deepEqual(
    effects.map((e) => e.type),
    ['break-lease'],
  );
});

test('a persistent open that waits is neither broken nor taken: others are told to come later [MS-SMB2 3.3.5.9]', (t) => {
  const file = newFileState();
  apply(file, open(1, { oplock: Oplock.BATCH }));
  durable(file, 1, { kind: 'persistent' });
  apply(file, { type: 'disconnect', open: 1 });
  t.deepEqual(apply(file, open(2)), { result: { status: 'unavailable' }, effects: [] });
  t.is(apply(file, open(2, { access: 0x80 })).result.status, 'granted', 'who looks at metadata alone');
  t.is(apply(file, reconnect(1)).result, 'reconnected');
  t.is(file.opens.get(1)!.cache, 7);
});

test('who yields to persistent opens that wait is granted nothing of their names, and all of others [MS-SMB2 3.3.5.9]', (t) => {
  const file = newFileState();
  apply(file, leased(1, 'A/k', 'RH', { link: 'x' }));
  durable(file, 1, { kind: 'persistent' });
  const yields = { yieldsToReserved: true };
  t.is(apply(file, leased(2, 'A/k', 'RH', { link: 'x', ...yields })).result.status, 'granted', 'its client is there');
  apply(file, { type: 'disconnect', open: 1 });
  const same = leased(3, 'A/k', 'RH', { link: 'x', ...yields });
  t.deepEqual(apply(file, same), { result: { status: 'unavailable' }, effects: [] }, 'by its own lease');
  t.is(apply(file, open(3, { access: 0x80, link: 'x', ...yields })).result.status, 'unavailable', 'for metadata alone');
  t.is(apply(file, open(3, { access: 0x80, link: 'y', ...yields })).result.status, 'granted', 'by another name');
  t.is(apply(file, open(4, { link: 'x' })).result.status, 'granted', 'who does not yield');
});

test('locks of an open that waits stay, and hold others off [MS-SMB2 3.3.7.1]', (t) => {
  const file = newFileState();
  apply(file, open(1, { oplock: Oplock.BATCH }));
  const ranges = [{ offset: 0n, length: 10n, exclusive: true }];
  apply(file, { type: 'lock', open: 1, ranges, waiter: undefined });
  durable(file, 1, { kind: 'resilient' });
  t.is(apply(file, { type: 'disconnect', open: 1 }).result, 'kept');
  t.is(locksOf(file).length, 1);
  apply(file, reconnect(1));
  t.is(apply(file, { type: 'unlock', open: 1, ranges }).result, 'unlocked');
});

test('what was kept is put back: open, lease, locks; it waits for its client', (t) => {
  const before = newFileState();
  apply(before, leased(1, 'A/k', 'RWH'));
  durable(before, 1, { kind: 'persistent', createGuid: GUID });
  apply(before, { type: 'lock', open: 1, ranges: [{ offset: 5n, length: 1n, exclusive: true }], waiter: undefined });
  const file = newFileState();
  apply(file, {
    type: 'restore',
    open: { ...before.opens.get(1)!, id: 9 },
    lease: before.leases.get('A/k'),
    locks: locksOf(before),
  });
  t.is(locksOf(file)[0]!.open, 9);
  t.is(apply(file, reconnect(9, { createGuid: GUID, lease: 'A/k' })).result, 'reconnected');
  t.is(file.leases.get('A/k')!.cache, 7);
});

test('nobody comes back for a durable open whose lease was being broken when its client went [MS-SMB2 3.3.7.1]', (t) => {
  const file = newFileState();
  apply(file, leased(1, 'A/k', 'RWH'));
  apply(file, leased(2, 'A/k', 'RWH'));
  durable(file, 1);
  t.is(apply(file, open(3)).result.status, 'wait');
  t.is(apply(file, { type: 'disconnect', open: 1 }).result, 'close');
  t.is(apply(file, reconnect(1, { lease: 'A/k' })).result, 'not-found');
});

test('what is only durable is not kept while its lease is being broken, though others of the lease are there [MS-SMB2 3.3.7.1]', (t) => {
  for (const [kind, expected] of [
    ['durable', 'close'],
    ['persistent', 'kept'],
  ] as const) {
    const file = newFileState();
    apply(file, leased(1, 'A/1', 'RWH'));
    apply(file, leased(2, 'A/1', 'RWH'));
    durable(file, 1, { kind });
    apply(file, open(3));
    t.truthy(file.leases.get('A/1')?.breaking);
    t.deepEqual(apply(file, { type: 'disconnect', open: 1 }), { result: expected, effects: [] });
    t.truthy(file.leases.get('A/1')?.breaking, 'the other one answers');
  }
});
