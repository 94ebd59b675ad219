import test from 'ava';
import {
  FaultStatus,
  LSARPC,
  lsarClose,
  lsarGetUserName,
  lsarLookupNames,
  lsarLookupNames2,
  lsarLookupNames3,
  lsarLookupNames4,
  lsarLookupSids,
  lsarLookupSids2,
  lsarLookupSids3,
  lsarOpenPolicy,
  lsarOpenPolicy2,
  lsarQueryInformationPolicy,
  lsarQueryInformationPolicy2,
  RpcFault,
  SidType,
} from '../src/index.ts';
import { ALICE, bound, MACHINE, user } from './harness.ts';

function opened() {
  const { call } = bound(LSARPC, 'lsarpc', { caller: user });
  return { call, handle: call(lsarOpenPolicy2, { desiredAccess: 0x02000000 }).handle };
}

test('policy: the account domain is the machine, the primary domain the workgroup [MS-LSAD 3.1.4.4.4]', (t) => {
  const { call, handle } = opened();
  t.deepEqual(call(lsarQueryInformationPolicy, { handle, informationClass: 5 }), {
    information: { class: 5, name: 'BOX', sid: MACHINE },
    status: 0,
  });
  t.deepEqual(call(lsarQueryInformationPolicy, { handle, informationClass: 3 }).information, {
    class: 3,
    name: 'WORKGROUP',
    // A workgroup has none; smbcacls ends where none comes.
    sid: MACHINE,
  });
  t.deepEqual(call(lsarQueryInformationPolicy, { handle, informationClass: 6 }).information, { class: 6, role: 3 });
  t.like(call(lsarQueryInformationPolicy2, { handle, informationClass: 12 }).information, {
    class: 12,
    name: 'WORKGROUP',
    dnsDomain: '',
    sid: MACHINE,
  });
  t.like(call(lsarQueryInformationPolicy2, { handle, informationClass: 2 }), {
    information: undefined,
    status: 0xc000000d,
  });
});

test('names become SIDs in all versions [MS-LSAT 3.1.4.5 to 3.1.4.8]', (t) => {
  const { call, handle } = opened();
  const names = ['ALICE', 'BUILTIN\\administrators', 'nobody', 'box'];
  for (const operation of [lsarLookupNames, lsarLookupNames2, lsarLookupNames3]) {
    const answer = call(operation, { handle, names });
    t.is(answer.status, 0x107);
    t.is(answer.mappedCount, 3);
    t.deepEqual(answer.domains, [
      { name: 'BOX', sid: MACHINE },
      { name: 'BUILTIN', sid: 'S-1-5-32' },
    ]);
    t.deepEqual(
      answer.translated.map((x) => [x.type, x.domainIndex]),
      [
        [SidType.USER, 0],
        [SidType.ALIAS, 1],
        [SidType.UNKNOWN, -1],
        [SidType.DOMAIN, 0],
      ],
    );
    if (operation === lsarLookupNames3) {
      t.deepEqual(
        answer.translated.map((x) => x.sid),
        [ALICE.sid, 'S-1-5-32-544', undefined, MACHINE],
      );
    } else
      t.deepEqual(
        answer.translated.map((x) => x.rid),
        [1001, 544, 0, 0xffffffff],
      );
  }
  t.is(call(lsarLookupNames4, { names: ['alice'] }).translated[0]?.sid, ALICE.sid);
});

test('SIDs become names in all versions [MS-LSAT 3.1.4.9 to 3.1.4.11]', (t) => {
  const { call, handle } = opened();
  const sids = [ALICE.sid, 'S-1-1-0', 'S-1-5-21-9-9-9-1234'];
  for (const operation of [lsarLookupSids, lsarLookupSids2, lsarLookupSids3]) {
    const answer = call(operation, operation === lsarLookupSids3 ? { sids } : { handle, sids });
    t.is(answer.status, 0x107);
    t.deepEqual(
      answer.translated.map((x) => [x.type, x.name, x.domainIndex]),
      [
        [SidType.USER, 'alice', 0],
        [SidType.WELL_KNOWN_GROUP, 'Everyone', 1],
        [SidType.UNKNOWN, 'S-1-5-21-9-9-9-1234', -1],
      ],
    );
  }
});

test('nothing mapped, and nothing asked [MS-LSAT 3.1.4.9]', (t) => {
  const { call, handle } = opened();
  t.like(call(lsarLookupSids, { handle, sids: ['S-1-5-99-1'] }), { status: 0xc0000073, mappedCount: 0, domains: [] });
  t.like(call(lsarLookupSids, { handle, sids: [] }), { status: 0, translated: [] });
  t.like(call(lsarLookupNames, { handle, names: ['x'] }), { status: 0xc0000073 });
});

test('a thousand SIDs are asked for and answered in many fragments [C706 12.6.2]', (t) => {
  const { call, handle } = opened();
  const sids = Array.from({ length: 1000 }, (_, i) => `${MACHINE}-${i + 500}`);
  const answer = call(lsarLookupSids2, { handle, sids });
  t.is(answer.mappedCount, 1);
  t.is(answer.translated[501]?.name, 'alice');
  t.is(answer.translated[999]?.name, `${MACHINE}-1499`);
});

test('LsarGetUserName tells the caller who it is [MS-LSAT 3.1.4.4]', (t) => {
  const { call } = opened();
  t.deepEqual(call(lsarGetUserName, { systemName: undefined, wantsDomain: true }), {
    userName: 'alice',
    domainName: 'BOX',
    status: 0,
  });
  t.deepEqual(call(lsarGetUserName, { systemName: '\\\\BOX', wantsDomain: false }), {
    userName: 'alice',
    domainName: undefined,
    status: 0,
  });
  const anonymous = bound(LSARPC, 'lsarpc', { caller: { ...user, anonymous: true } });
  t.is(anonymous.call(lsarGetUserName, { systemName: undefined, wantsDomain: true }).domainName, 'NT AUTHORITY');
});

test('handles are good until they are closed, and in their association only [C706 4.2.16.6]', (t) => {
  const { call, handle } = opened();
  const second = call(lsarOpenPolicy, { desiredAccess: 1 });
  t.notDeepEqual(second.handle, handle);
  t.deepEqual(call(lsarClose, { handle }), { handle: new Uint8Array(20), status: 0 });
  const isMismatch = { instanceOf: RpcFault, message: /1c00001a/ };
  t.throws(() => call(lsarClose, { handle }), isMismatch);
  t.throws(() => call(lsarQueryInformationPolicy, { handle: new Uint8Array(20), informationClass: 5 }), isMismatch);
  t.throws(
    () => call(lsarQueryInformationPolicy, { handle: new Uint8Array(20).fill(1), informationClass: 5 }),
    isMismatch,
  );
  const other = bound(LSARPC, 'lsarpc');
  t.throws(() => other.call(lsarClose, { handle: second.handle }), isMismatch);
});

test('handles have a limit', (t) => {
  const { call } = opened();
  const error = t.throws(
    () => {
      for (let i = 0; i < 300; i++) call(lsarOpenPolicy2, { desiredAccess: 1 });
    },
    { instanceOf: RpcFault },
  );
  t.is(error?.status, FaultStatus.SERVER_TOO_BUSY);
});

test('SIDs that are the same everywhere have names, and names their SIDs [MS-DTYP 2.4.2.4]', (t) => {
  const { call, handle } = opened();
  const known = [
    ['S-1-1-0', '', 'Everyone', SidType.WELL_KNOWN_GROUP],
    ['S-1-5-18', 'NT AUTHORITY', 'SYSTEM', SidType.WELL_KNOWN_GROUP],
    ['S-1-5-11', 'NT AUTHORITY', 'Authenticated Users', SidType.WELL_KNOWN_GROUP],
    ['S-1-3-0', '', 'CREATOR OWNER', SidType.WELL_KNOWN_GROUP],
    ['S-1-5-32-545', 'BUILTIN', 'Users', SidType.ALIAS],
    ['S-1-22-1-1000', 'Unix User', '1000', SidType.USER],
    ['S-1-22-2-0', 'Unix Group', '0', SidType.GROUP],
  ] as const;
  const sids = call(lsarLookupSids2, { handle, sids: known.map(([sid]) => sid) });
  t.is(sids.status, 0);
  const names = call(lsarLookupNames3, {
    handle,
    names: known.map(([, domain, name]) => (domain === '' ? name.toUpperCase() : `${domain}\\${name}`)),
  });
  t.is(names.status, 0);
  for (const [i, [sid, domain, name, type]] of known.entries()) {
    const translated = sids.translated[i]!;
    t.like(translated, { name, type });
    t.is(sids.domains![translated.domainIndex]!.name, domain);
    t.like(names.translated[i]!, { sid, type });
  }
  t.is(call(lsarLookupNames3, { handle, names: ['BUILTIN\\Everyone'] }).status, 0xc0000073);
});
