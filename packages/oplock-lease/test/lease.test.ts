import test from 'ava';
import { apply, type FileState, LocalAuthority, newFileState, Oplock } from '../src/index.ts';
import { bits, leased, letters, open } from './support/commands.ts';

/** Grants, or says why not. */
function grant(state: FileState, command: ReturnType<typeof open>): string {
  const { result } = apply(state, command);
  if (result.status !== 'granted') return result.status;
  return result.lease === undefined ? String(result.oplock) : letters(result.lease.state);
}

const acknowledge = (lease: string, keep: string) =>
  ({ type: 'acknowledge', holder: { lease }, keep: bits(keep) }) as const;

test('R, RH, RW and RWH can be had; what has no R is nothing [MS-SMB2 3.3.1.12]', (t) => {
  for (const wish of ['', 'R', 'RH', 'RW', 'RWH'])
    t.is(grant(newFileState(), leased(1, 'a', wish)), letters(bits(wish)));
  for (const wish of ['W', 'H', 'WH']) t.is(grant(newFileState(), leased(1, 'a', wish)), '');
});

// Held, wished for by another lease, what the holder comes down to, what the other gets.
const BESIDE: readonly (readonly [string, string, string, string])[] = [
  ['R', 'R', 'R', 'R'],
  ['R', 'RH', 'R', 'RH'],
  ['R', 'RW', 'R', 'R'],
  ['R', 'RWH', 'R', 'RH'],
  ['RH', 'R', 'RH', 'R'],
  ['RH', 'RH', 'RH', 'RH'],
  ['RH', 'RW', 'RH', 'R'],
  ['RH', 'RWH', 'RH', 'RH'],
  ['RW', 'R', 'R', 'R'],
  ['RW', 'RH', 'R', 'RH'],
  ['RW', 'RW', 'R', 'R'],
  ['RW', 'RWH', 'R', 'RH'],
  ['RWH', 'R', 'RH', 'R'],
  ['RWH', 'RH', 'RH', 'RH'],
  ['RWH', 'RW', 'RH', 'R'],
  ['RWH', 'RWH', 'RH', 'RH'],
];

for (const [held, wish, left, got] of BESIDE) {
  test(`a lease ${held} and an open that would like ${wish}: ${left} and ${got} [MS-FSA 2.1.4.12]`, (t) => {
    const state = newFileState();
    t.is(grant(state, leased(1, 'a', held)), held);
    const second = apply(state, leased(2, 'b', wish));
    t.is(second.result.status, held === left ? 'granted' : 'wait');
    if (held !== left) {
      t.deepEqual(second.effects, [
        { type: 'break-lease', lease: 'a', from: bits(held), to: bits(left), epoch: 0, acknowledge: true },
      ]);
      t.is(apply(state, acknowledge('a', left)).result, 'ended');
      t.is(grant(state, leased(2, 'b', wish)), got);
    } else if (second.result.status === 'granted') {
      t.is(letters(second.result.lease!.state), got);
    }
    t.is(letters(state.leases.get('a')!.cache), left);
  });
}

// Had, asked for by a second open of the same lease, what it has then.
const UPGRADES: readonly (readonly [string, string, string])[] = [
  ['', 'R', 'R'],
  ['', 'RWH', 'RWH'],
  ['R', '', 'R'],
  ['R', 'RH', 'RH'],
  ['R', 'RW', 'RW'],
  ['R', 'RWH', 'RWH'],
  ['RH', 'R', 'RH'],
  ['RH', 'RW', 'RH'],
  ['RH', 'RWH', 'RWH'],
  ['RW', 'RH', 'RW'],
  ['RW', 'RWH', 'RWH'],
  ['RWH', 'R', 'RWH'],
];

for (const [had, wish, has] of UPGRADES) {
  test(`a lease ${had || 'of nothing'} asked again for ${wish || 'nothing'} is ${has} [MS-SMB2 3.3.5.9.8]`, (t) => {
    const state = newFileState();
    grant(state, leased(1, 'a', had));
    t.is(grant(state, leased(2, 'a', wish)), has);
  });
}

test('a lease is raised as a whole or not at all, and not while it is being broken', (t) => {
  const state = newFileState();
  grant(state, leased(1, 'a', 'R'));
  grant(state, leased(2, 'b', 'R'));
  t.is(grant(state, leased(3, 'a', 'RWH')), 'R');
  t.is(grant(state, leased(4, 'a', 'RH')), 'RH');
  const breaking = newFileState();
  grant(breaking, leased(1, 'a', 'RW'));
  t.is(grant(breaking, open(2)), 'wait');
  const { result } = apply(breaking, leased(3, 'a', 'RWH'));
  t.deepEqual(result, {
    status: 'granted',
    oplock: Oplock.NONE,
    lease: { state: bits('RW'), breaking: true, version: 1, epoch: 0 },
  });
});

test('oplocks and leases of one file: level II beside R only [MS-FSA 2.1.5.18.2]', (t) => {
  for (const [held, got] of [
    ['R', Oplock.LEVEL_II],
    ['RH', Oplock.NONE],
  ] as const) {
    const state = newFileState();
    grant(state, leased(1, 'a', held));
    t.is(grant(state, open(2, { oplock: Oplock.BATCH })), String(got));
  }
  const state = newFileState();
  apply(state, open(1, { oplock: Oplock.LEVEL_II }));
  t.is(grant(state, leased(2, 'a', 'RWH')), 'R');
});

test('cached handles are given up before a sharing violation is answered [MS-FSA 2.1.5.1.2]', (t) => {
  const state = newFileState();
  grant(state, leased(1, 'a', 'RWH', { share: 0 }));
  const second = apply(state, open(2));
  t.is(second.result.status, 'wait');
  t.deepEqual(second.effects, [
    { type: 'break-lease', lease: 'a', from: bits('RWH'), to: bits('RW'), epoch: 0, acknowledge: true },
  ]);
  t.is(apply(state, acknowledge('a', 'RW')).result, 'ended');
  t.is(grant(state, open(2)), 'sharing-violation');
  // The lease's own opens meet the sharing check, and break nothing.
  const own = newFileState();
  grant(own, leased(1, 'a', 'RWH', { share: 0 }));
  t.deepEqual(apply(own, leased(2, 'a', 'RWH')), { result: { status: 'sharing-violation' }, effects: [] });
});

test('who only looks at metadata breaks nothing; the descriptor is metadata to leases alone', (t) => {
  const state = newFileState();
  grant(state, leased(1, 'a', 'RWH'));
  t.is(grant(state, open(2, { access: 0x80 })), '0');
  t.is(grant(state, open(3, { access: 0x2_0080 })), '0');
  const oplock = newFileState();
  apply(oplock, open(1, { oplock: Oplock.BATCH }));
  t.is(grant(oplock, open(2, { access: 0x2_0080 })), 'wait');
});

test('an open that empties the file: RH goes at once, writes are waited for [MS-FSA 2.1.4.12]', (t) => {
  const shared = newFileState();
  grant(shared, leased(1, 'a', 'RH'));
  const overwrite = apply(shared, open(2, { overwrites: true }));
  t.is(overwrite.result.status, 'granted');
  t.deepEqual(overwrite.effects, [
    { type: 'break-lease', lease: 'a', from: bits('RH'), to: 0, epoch: 0, acknowledge: true },
  ]);
  const writes = newFileState();
  grant(writes, leased(1, 'a', 'RWH'));
  t.is(grant(writes, open(2, { overwrites: true })), 'wait');
});

test('what is wanted during a break is asked for after it: handles, then reads; waiters wait for the last', (t) => {
  const state = newFileState();
  grant(state, leased(1, 'a', 'RWH'));
  t.is(grant(state, open(2)), 'wait');
  t.deepEqual(apply(state, open(3, { overwrites: true })), { result: { status: 'wait' }, effects: [] });
  t.deepEqual(apply(state, acknowledge('a', 'RH')).effects, [
    { type: 'break-ended', holder: { lease: 'a' } },
    { type: 'break-lease', lease: 'a', from: bits('RH'), to: bits('R'), epoch: 0, acknowledge: true },
  ]);
  t.deepEqual(apply(state, acknowledge('a', 'R')).effects, [
    { type: 'break-ended', holder: { lease: 'a' } },
    { type: 'break-lease', lease: 'a', from: bits('R'), to: 0, epoch: 0, acknowledge: false },
    { type: 'retry', waiter: 2 },
    { type: 'retry', waiter: 3 },
  ]);
});

test('an acknowledgment is a part of what was offered, of a break under way [MS-SMB2 3.3.5.22.2]', (t) => {
  const state = newFileState();
  grant(state, leased(1, 'a', 'RWH'));
  t.is(apply(state, acknowledge('a', 'RH')).result, 'not-breaking');
  t.is(apply(state, acknowledge('b', 'RH')).result, 'unknown');
  grant(state, open(2));
  t.deepEqual(apply(state, acknowledge('a', 'RWH')), { result: 'not-allowed', effects: [] });
  t.is(apply(state, acknowledge('a', 'R')).result, 'ended');
  t.is(letters(state.leases.get('a')!.cache), 'R');
});

test('a lease that does not answer is lost; one whose last open closes is gone [MS-SMB2 3.3.6.5]', (t) => {
  const state = newFileState();
  grant(state, leased(1, 'a', 'RWH'));
  grant(state, leased(2, 'a', 'RWH'));
  grant(state, open(3));
  t.deepEqual(apply(state, { type: 'break-expired', holder: { lease: 'a' } }).effects, [
    { type: 'break-ended', holder: { lease: 'a' } },
    { type: 'retry', waiter: 3 },
  ]);
  t.is(letters(state.leases.get('a')!.cache), '');
  t.deepEqual(apply(state, { type: 'close', open: 1 }).effects, []);
  t.deepEqual(apply(state, { type: 'close', open: 2 }).effects, [{ type: 'lease-ended', lease: 'a' }]);
  const waited = newFileState();
  grant(waited, leased(1, 'a', 'RWH'));
  grant(waited, open(2));
  t.deepEqual(apply(waited, { type: 'close', open: 1 }).effects, [
    { type: 'break-ended', holder: { lease: 'a' } },
    { type: 'retry', waiter: 2 },
    { type: 'lease-ended', lease: 'a' },
  ]);
});

test('an epoch counts grants and breaks of version 2, 16 bits [MS-SMB2 3.3.5.9.11]', (t) => {
  const state = newFileState();
  const lease = { id: 'a', state: bits('R'), version: 2, epoch: 0xfffe } as const;
  const epoch = (command: ReturnType<typeof open>) => {
    const { result } = apply(state, command);
    return result.status === 'granted' ? result.lease!.epoch : undefined;
  };
  t.is(epoch(open(1, { lease })), 0xffff);
  t.is(epoch(open(2, { lease })), 0xffff);
  t.is(epoch(open(3, { lease: { ...lease, state: bits('RWH') } })), 0);
  t.deepEqual(apply(state, open(4)).effects, [
    { type: 'break-lease', lease: 'a', from: bits('RWH'), to: bits('RH'), epoch: 1, acknowledge: true },
  ]);
  const none = newFileState();
  const nothing = apply(none, open(1, { lease: { ...lease, state: 0, epoch: 7 } })).result;
  t.is(nothing.status === 'granted' && nothing.lease!.epoch, 7);
});

test('a change of bytes leaves other leases nothing; one of the name ends cached handles and waits', (t) => {
  const change = { type: 'change', parentLease: undefined, waiter: 9 } as const;
  const state = newFileState();
  grant(state, leased(1, 'a', 'RH'));
  grant(state, leased(2, 'b', 'RH'));
  const name = apply(state, { ...change, what: 'name', open: 2 });
  t.is(name.result, 'wait');
  t.deepEqual(name.effects, [
    { type: 'break-lease', lease: 'a', from: bits('RH'), to: bits('R'), epoch: 0, acknowledge: true },
  ]);
  t.deepEqual(apply(state, acknowledge('a', 'R')).effects, [
    { type: 'break-ended', holder: { lease: 'a' } },
    { type: 'retry', waiter: 9 },
  ]);
  t.deepEqual(apply(state, { ...change, what: 'name', open: 2 }), { result: 'go', effects: [] });
  t.deepEqual(apply(state, { ...change, what: 'data', open: 1 }).effects, [
    { type: 'break-lease', lease: 'b', from: bits('RH'), to: 0, epoch: 0, acknowledge: true },
  ]);
});

test('entries that change break leases of the directory, but not the one that is named', (t) => {
  const state = newFileState();
  grant(state, leased(1, 'a', 'RH'));
  grant(state, leased(2, 'b', 'R'));
  const change = { type: 'change', what: 'entries', open: undefined, waiter: undefined } as const;
  t.deepEqual(apply(state, { ...change, parentLease: 'a' }).effects, [
    { type: 'break-lease', lease: 'b', from: bits('R'), to: 0, epoch: 0, acknowledge: false },
  ]);
  t.deepEqual(apply(state, { ...change, parentLease: undefined }).effects, [
    { type: 'break-lease', lease: 'a', from: bits('RH'), to: 0, epoch: 0, acknowledge: true },
  ]);
});

test('a key is good for one file at a time [MS-SMB2 3.3.5.9.8]', (t) => {
  const authority = new LocalAuthority(() => {});
  t.is(authority.apply('file 1', leased(1, 'a', 'R')).status, 'granted');
  t.is(authority.leaseFile('a'), 'file 1');
  t.is(authority.apply('file 2', leased(2, 'a', 'R')).status, 'lease-elsewhere');
  authority.apply('file 1', { type: 'close', open: 1 });
  t.is(authority.leaseFile('a'), undefined);
  t.is(authority.apply('file 2', leased(2, 'a', 'R')).status, 'granted');
});

test('an open that will delete the file waits for the handles that others cache [MS-FSA 2.1.5.1.2]', (t) => {
  const state = newFileState();
  grant(state, leased(1, 'a', 'RH'));
  t.is(grant(state, open(2, { deleteOnClose: true })), 'wait');
  t.is(state.leases.get('a')!.breaking?.to, bits('R'));
});

test('an open that is not shared waits for the handles that others cache before it is refused [MS-FSA 2.1.5.1.2.2]', (t) => {
  const state = newFileState();
  grant(state, leased(1, 'a', 'RH'));
  t.is(grant(state, open(2, { share: 0 })), 'wait');
  apply(state, acknowledge('a', 'R'));
  t.is(grant(state, open(2, { share: 0 })), 'sharing-violation');
});

test('nothing is cached of a file with locks, but by the lease that caches writes [MS-FSA 2.1.5.18]', (t) => {
  const state = newFileState();
  apply(state, open(1));
  apply(state, { type: 'lock', open: 1, ranges: [{ offset: 0n, length: 1n, exclusive: true }], waiter: undefined });
  t.is(grant(state, leased(2, 'a', 'RH')), '');
  t.is(grant(state, open(3, { oplock: Oplock.LEVEL_II })), String(Oplock.NONE));
});

test('an open for metadata caches nothing while another caches writes [MS-FSA 2.1.5.18]', (t) => {
  const state = newFileState();
  grant(state, leased(1, 'a', 'RWH'));
  t.is(grant(state, leased(2, 'b', 'RH', { access: 0x80 })), '');
  t.is(state.leases.get('a')!.breaking, undefined);
});

test('a lease that is being broken is not raised by its own opens [MS-SMB2 3.3.5.9.8]', (t) => {
  const state = newFileState();
  grant(state, leased(1, 'a', 'RH'));
  apply(state, { type: 'change', what: 'name', open: undefined, parentLease: undefined, waiter: undefined });
  t.is(state.leases.get('a')!.breaking?.to, bits('R'));
  t.is(grant(state, leased(2, 'a', 'RWH')), 'RH');
});

test('what an open has waited for is not granted anew before that open had its turn [MS-FSA 2.1.5.18]', (t) => {
  const state = newFileState();
  grant(state, leased(1, 'a', 'RH'));
  const wish = open(2, { deleteOnClose: true });
  t.is(grant(state, wish), 'wait');
  apply(state, acknowledge('a', 'R'));
  t.is(grant(state, leased(3, 'a', 'RH')), 'R', 'it waits still');
  t.not(grant(state, wish), 'wait');
});
