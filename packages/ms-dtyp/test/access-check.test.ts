import test from 'ava';
import {
  AccessMask,
  type Ace,
  AceFlags,
  AceType,
  accessCheck,
  FileAccess,
  parseSddl,
  type SecurityToken,
} from '../src/index.ts';

const DOMAIN = 'S-1-5-21-1-2-3';
const USER = `${DOMAIN}-1001`;
const token: SecurityToken = { user: USER, groups: ['S-1-1-0', 'S-1-5-11', `${DOMAIN}-513`] };

/** What is refused of `desired`. */
const denied = (sddl: string, desired: number, who = token): number =>
  accessCheck(parseSddl(sddl, DOMAIN), who, desired).denied;
const maximum = (sddl: string, who = token): number =>
  accessCheck(parseSddl(sddl, DOMAIN), who, AccessMask.MAXIMUM_ALLOWED).granted;

const { READ_DATA, WRITE_DATA } = FileAccess;

test('without a DACL everybody may do everything [MS-DTYP 2.5.3.2]', (t) => {
  t.is(maximum('O:BA'), FileAccess.ALL);
  t.is(maximum('O:BAD:NO_ACCESS_CONTROL'), FileAccess.ALL);
  t.is(denied('O:BA', AccessMask.GENERIC_ALL), 0);
});

test('an empty DACL gives nothing, but to the owner READ_CONTROL and WRITE_DAC [MS-DTYP 2.5.3.2]', (t) => {
  t.is(maximum('O:BAD:'), 0);
  t.is(maximum(`O:${USER}D:`), AccessMask.READ_CONTROL | AccessMask.WRITE_DAC);
  t.is(denied(`O:${USER}D:`, READ_DATA | AccessMask.READ_CONTROL), READ_DATA);
});

test('an owner by way of a group is the owner', (t) => {
  t.is(maximum(`O:${DOMAIN}-513D:`), AccessMask.READ_CONTROL | AccessMask.WRITE_DAC);
});

test('OWNER RIGHTS replaces what owners always may [MS-DTYP 2.5.3.2]', (t) => {
  t.is(maximum(`O:${USER}D:(A;;0x1;;;OW)`), READ_DATA);
  t.is(maximum('O:BAD:(A;;0x1;;;OW)'), 0);
  t.is(maximum(`O:${USER}D:(A;IO;0x1;;;OW)`), AccessMask.READ_CONTROL | AccessMask.WRITE_DAC);
});

test('the first entry that speaks of a bit decides it [MS-DTYP 2.5.3.2]', (t) => {
  t.is(denied('D:(D;;0x1;;;WD)(A;;0x3;;;WD)', READ_DATA | WRITE_DATA), READ_DATA);
  t.is(denied('D:(A;;0x3;;;WD)(D;;0x1;;;WD)', READ_DATA | WRITE_DATA), 0);
  t.is(maximum(`O:BAD:(A;;0x1;;;WD)(D;;0x3;;;DU)(A;;0x7;;;${USER})`), 0x5);
});

test('entries of other people, for inheritance only or with a condition give nothing', (t) => {
  t.is(maximum('O:BAD:(A;;FA;;;BA)(A;OICIIO;FA;;;WD)'), 0);
});

test('generic bits are mapped, in the request and in entries [MS-DTYP 2.5.3]', (t) => {
  t.is(maximum('O:BAD:(A;;GR;;;WD)'), FileAccess.GENERIC_READ);
  t.is(denied('O:BAD:(A;;FR;;;WD)', AccessMask.GENERIC_READ), 0);
  t.is(denied('O:BAD:(A;;FR;;;WD)', AccessMask.GENERIC_EXECUTE), FileAccess.EXECUTE);
});

test('MAXIMUM_ALLOWED with a right by name gives all that is possible and refuses what is not [MS-DTYP 2.5.3.2]', (t) => {
  const sd = parseSddl('O:BAD:(A;;FR;;;WD)');
  t.deepEqual(accessCheck(sd, token, AccessMask.MAXIMUM_ALLOWED | READ_DATA), {
    granted: FileAccess.GENERIC_READ,
    denied: 0,
  });
  t.is(accessCheck(sd, token, AccessMask.MAXIMUM_ALLOWED | WRITE_DATA).denied, WRITE_DATA);
});

test('privileges give ACCESS_SYSTEM_SECURITY and WRITE_OWNER [MS-DTYP 2.5.3.2]', (t) => {
  t.is(denied('O:BAD:', AccessMask.ACCESS_SYSTEM_SECURITY), AccessMask.ACCESS_SYSTEM_SECURITY);
  t.is(denied('O:BA', AccessMask.ACCESS_SYSTEM_SECURITY), AccessMask.ACCESS_SYSTEM_SECURITY);
  const admin: SecurityToken = { ...token, privileges: new Set(['SeSecurityPrivilege', 'SeTakeOwnershipPrivilege']) };
  t.is(denied('O:BAD:', AccessMask.ACCESS_SYSTEM_SECURITY | AccessMask.WRITE_OWNER, admin), 0);
  t.is(maximum('O:BAD:', admin), AccessMask.WRITE_OWNER);
});

test('groups may be a set', (t) => {
  t.is(maximum('O:BAD:(A;;FR;;;AU)', { user: USER, groups: new Set(['S-1-5-11']) }), FileAccess.GENERIC_READ);
});

test('results are unsigned', (t) => {
  t.true(accessCheck(parseSddl('O:BAD:'), token, 0xffffffff).denied > 0);
});

const OBJECT = '00112233-4455-6677-8899-aabbccddeeff';
const EVERYONE = 'S-1-1-0';

/** What the entries leave of READ_DATA. */
function reads(...aces: Ace[]): boolean {
  const sd = { control: 0x8004, owner: 'S-1-5-32-544', dacl: { revision: 4, aces } };
  return accessCheck(sd, token, READ_DATA).denied === 0;
}

function entry(type: number, more: Partial<Ace> = {}): Ace {
  return { type, flags: 0, mask: READ_DATA, sid: EVERYONE, ...more };
}

const ALLOW = entry(AceType.ACCESS_ALLOWED);
/** Entries with a condition and those for one kind of object deny, and never allow. */
const DENY: readonly number[] = [
  AceType.ACCESS_DENIED,
  AceType.ACCESS_DENIED_OBJECT,
  AceType.ACCESS_DENIED_CALLBACK,
  AceType.ACCESS_DENIED_CALLBACK_OBJECT,
];

for (const [name, type] of Object.entries(AceType)) {
  const denies = DENY.includes(type);
  test(`an entry of type ${name} ${denies ? 'denies' : 'denies nothing'} [MS-DTYP 2.5.3.2]`, (t) => {
    t.is(reads(entry(type), ALLOW), !denies);
    t.is(reads(entry(type, { objectType: OBJECT }), ALLOW), !denies);
    t.true(reads(ALLOW, entry(type)), 'behind the entry that allows');
    t.true(reads(entry(type, { flags: AceFlags.INHERIT_ONLY }), ALLOW), 'for inheritance only');
    t.true(reads(entry(type, { sid: 'S-1-5-21-9-9-9-9' }), ALLOW), 'of somebody else');
    t.true(reads(entry(type, { mask: WRITE_DATA }), ALLOW), 'of another right');
  });

  const allows = type === AceType.ACCESS_ALLOWED || type === AceType.ACCESS_ALLOWED_OBJECT;
  test(`an entry of type ${name} ${allows ? 'allows' : 'allows nothing'} by itself [MS-DTYP 2.5.3.2]`, (t) => {
    t.is(reads(entry(type)), allows);
    t.is(reads(entry(type, { objectType: OBJECT })), type === AceType.ACCESS_ALLOWED, 'for one kind of object');
    t.false(reads(entry(type, { flags: AceFlags.INHERIT_ONLY })));
    t.false(reads(entry(type, { sid: 'S-1-5-21-9-9-9-9' })));
  });
}

test('a privilege gives what it is for and nothing else [MS-DTYP 2.5.3.2]', (t) => {
  const both = AccessMask.ACCESS_SYSTEM_SECURITY | AccessMask.WRITE_OWNER;
  for (const [privilege, refused] of [
    ['SeSecurityPrivilege', AccessMask.WRITE_OWNER],
    ['SeTakeOwnershipPrivilege', AccessMask.ACCESS_SYSTEM_SECURITY],
    ['SeBackupPrivilege', both],
    ['SeRestorePrivilege', both],
  ] as const) {
    t.is(denied('O:BAD:', both, { ...token, privileges: new Set([privilege]) }), refused, privilege);
    t.is(denied('O:BAD:', both, { ...token, privileges: [privilege] }), refused, privilege);
  }
});
