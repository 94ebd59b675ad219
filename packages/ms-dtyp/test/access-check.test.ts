import test from 'ava';
import { AccessMask, accessCheck, FileAccess, parseSddl, type SecurityToken } from '../src/index.ts';

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
