import test from 'ava';
import {
  type Ace,
  AceType,
  type Acl,
  acl,
  CodecError,
  decode,
  encode,
  formatSddl,
  isSid,
  normalizeSid,
  parseSddl,
  replaceParts,
  SdControl,
  type SecurityDescriptor,
  SecurityInformation,
  securityDescriptor,
  selectParts,
  sid,
  sidFromBytes,
  sidToBytes,
  splitRid,
  WellKnownSid,
} from '../src/index.ts';

// Nothing of Node: these tests run in browsers too.
const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const bytes = (text: string): Uint8Array =>
  Uint8Array.from(text.replaceAll(' ', '').match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));

const SIDS: readonly (readonly [string, string])[] = [
  ['S-1-1-0', '010100000000000100000000'],
  ['S-1-5-18', '010100000000000512000000'],
  ['S-1-5-32-544', '01020000000000052000000020020000'],
  // [MS-DTYP] 2.4.2.1: the largest authority is written in hexadecimal.
  ['S-1-0xffffffffffff-1', '0101ffffffffffff01000000'],
  ['S-1-5-21-4294967295-0-1-500', '010500000000000515000000ffffffff0000000001000000f4010000'],
];

test('SIDs decode and encode; every shorter prefix is a CodecError [MS-DTYP 2.4.2.2]', (t) => {
  for (const [text, wire] of SIDS) {
    t.is(decode(sid, bytes(wire)), text);
    t.is(hex(sidToBytes(text)), wire);
    for (let n = 0; n < wire.length / 2; n++) {
      t.throws(() => sidFromBytes(bytes(wire).subarray(0, n)), { instanceOf: CodecError });
    }
    t.throws(() => sidFromBytes(bytes(`${wire}00`)), { instanceOf: CodecError });
  }
});

test('a SID with no or more than 15 sub-authorities is an error, not a read past the end', (t) => {
  t.throws(() => sidFromBytes(bytes('0100000000000005')), { message: /SubAuthorityCount: 0/ });
  t.throws(() => sidFromBytes(bytes(`0110000000000005${'00'.repeat(64)}`)), { message: /SubAuthorityCount: 16/ });
  t.throws(() => sidFromBytes(bytes('020100000000000512000000')), { message: /Revision/ });
});

test('the text of a SID has one form [MS-DTYP 2.4.2.1]', (t) => {
  t.is(normalizeSid('s-1-0x5-32-544'), 'S-1-5-32-544');
  for (const bad of [
    '',
    'S-1',
    'S-1-5',
    'S-2-5-18',
    'S-1-5-18-',
    'S-1-5-4294967296',
    `S-1-5${'-1'.repeat(16)}`,
    'S-1-5-x',
    'S-1-0x1000000000000-1',
  ]) {
    t.false(isSid(bad), bad);
    t.throws(() => sidToBytes(bad), { instanceOf: CodecError });
  }
  t.deepEqual(splitRid('S-1-5-21-1-2-3-1001'), { domain: 'S-1-5-21-1-2-3', rid: 1001 });
  t.is(splitRid('S-1-1-0')?.domain, undefined);
});

const allow = (mask: number, trustee: string, flags = 0): Ace => ({
  type: AceType.ACCESS_ALLOWED,
  flags,
  mask,
  sid: trustee,
});

const SD: SecurityDescriptor = {
  control: SdControl.SELF_RELATIVE | SdControl.DACL_PRESENT | SdControl.DACL_AUTO_INHERITED,
  owner: WellKnownSid.BUILTIN_ADMINISTRATORS,
  group: WellKnownSid.BUILTIN_USERS,
  dacl: {
    revision: 2,
    aces: [allow(0x001f01ff, WellKnownSid.LOCAL_SYSTEM, 3), allow(0x001200a9, WellKnownSid.EVERYONE)],
  },
};
const SD_BYTES =
  '01000484 14000000 24000000 00000000 34000000' +
  '01020000000000052000000020020000' +
  '01020000000000052000000021020000' +
  '0200300002000000' +
  '00031400ff011f00010100000000000512000000' +
  '00001400a9001200010100000000000100000000';

test('a descriptor decodes and encodes [MS-DTYP 2.4.6]', (t) => {
  t.is(hex(encode(securityDescriptor, SD)), SD_BYTES.replaceAll(' ', ''));
  t.deepEqual(decode(securityDescriptor, bytes(SD_BYTES)), SD);
  for (let n = 0; n < bytes(SD_BYTES).length; n++) {
    t.throws(() => decode(securityDescriptor, bytes(SD_BYTES).subarray(0, n)), { instanceOf: CodecError });
  }
});

test('no DACL, a null DACL and an empty one are three things [MS-DTYP 2.4.6]', (t) => {
  for (const sd of [
    { control: 0x8000, owner: 'S-1-1-0' },
    { control: 0x8004, owner: 'S-1-1-0', dacl: null },
    { control: 0x8004, owner: 'S-1-1-0', dacl: { revision: 2, aces: [] } },
  ] as SecurityDescriptor[]) {
    t.deepEqual(decode(securityDescriptor, encode(securityDescriptor, sd)), sd);
  }
});

test('offsets below the header or behind the end are errors (CVE-2025-21946)', (t) => {
  for (const field of [4, 8, 16]) {
    for (const offset of [1, 19, 0x7c, 0x1000, 0xfffffff0, 0xffffffff]) {
      const wire = bytes(SD_BYTES);
      new DataView(wire.buffer).setUint32(field, offset, true);
      t.throws(() => decode(securityDescriptor, wire), { instanceOf: CodecError }, `${field}: ${offset}`);
    }
  }
});

test('an offset into the header is an error, though a SID could be read there', (t) => {
  const wire = new Uint8Array(0x101 + 12);
  const view = new DataView(wire.buffer);
  wire.set([1, 0, 0x00, 0x80]);
  // OffsetOwner: the header's own fields from OffsetGroup on, which read as S-1-0-0.
  view.setUint32(4, 8, true);
  view.setUint32(8, 0x101, true);
  wire.set([1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0], 0x101);
  t.throws(() => decode(securityDescriptor, wire), { instanceOf: CodecError, message: /OffsetOwner/ });
  view.setUint32(4, 0, true);
  t.is(decode(securityDescriptor, wire).group, 'S-1-5-18');
  view.setUint16(2, 0, true);
  t.throws(() => decode(securityDescriptor, wire), { instanceOf: CodecError, message: /self-relative/ });
});

test('an entry whose size is no multiple of 4 is an error, though all of it is there', (t) => {
  const wire = new Uint8Array(8 + 22);
  const view = new DataView(wire.buffer);
  wire.set([2, 0, wire.length, 0, 1, 0, 0, 0, 0, 0, 22, 0]);
  view.setUint32(12, 1, true);
  wire.set([1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0], 16);
  t.throws(() => decode(acl, wire), { instanceOf: CodecError, message: /AceSize/ });
});

test('lies about counts and sizes of entries are errors (CVE-2026-31706, CVE-2026-31712)', (t) => {
  const list = encode(acl, SD.dacl as Acl);
  const lie = (change: (view: DataView) => void): Uint8Array => {
    const copy = list.slice();
    change(new DataView(copy.buffer));
    return copy;
  };
  const lies: [string, Uint8Array][] = [
    ['AceCount 3', lie((v) => v.setUint16(4, 3, true))],
    ['AceCount 65535', lie((v) => v.setUint16(4, 0xffff, true))],
    ['AclSize behind the end', lie((v) => v.setUint16(2, 0x100, true))],
    ['AclSize too small', lie((v) => v.setUint16(2, 0x20, true))],
    ['AclSize 4', lie((v) => v.setUint16(2, 4, true))],
    ['AceSize 0', lie((v) => v.setUint16(10, 0, true))],
    ['AceSize 4', lie((v) => v.setUint16(10, 4, true))],
    ['AceSize 8', lie((v) => v.setUint16(10, 8, true))],
    ['AceSize odd', lie((v) => v.setUint16(10, 0x15, true))],
    ['AceSize into the next', lie((v) => v.setUint16(10, 0x18, true))],
    ['AceSize behind the end', lie((v) => v.setUint16(10, 0xfffc, true))],
    ['SubAuthorityCount 0', lie((v) => v.setUint8(17, 0))],
    ['SubAuthorityCount 15', lie((v) => v.setUint8(17, 15))],
    ['SubAuthorityCount 255', lie((v) => v.setUint8(17, 255))],
    ['AceType 4', lie((v) => v.setUint8(8, 4))],
    ['AceType 0x20', lie((v) => v.setUint8(8, 0x20))],
    ['AclRevision 9', lie((v) => v.setUint8(0, 9))],
  ];
  for (const [name, wire] of lies) t.throws(() => decode(acl, wire), { instanceOf: CodecError }, name);
});

test('a list that does not fit into AclSize does not encode (CVE-2026-31704)', (t) => {
  const aces = Array.from({ length: 3000 }, () => allow(1, 'S-1-5-21-1-2-3-4'));
  t.throws(() => encode(acl, { revision: 2, aces }), { instanceOf: CodecError, message: /AclSize/ });
});

test('object, callback and label entries keep all they have [MS-DTYP 2.4.4]', (t) => {
  const aces: Ace[] = [
    { ...allow(1, 'S-1-1-0'), type: AceType.ACCESS_ALLOWED_OBJECT, objectType: '00112233-4455-6677-8899-aabbccddeeff' },
    {
      ...allow(1, 'S-1-1-0'),
      type: AceType.ACCESS_DENIED_OBJECT,
      inheritedObjectType: '00112233-4455-6677-8899-aabbccddeeff',
    },
    { ...allow(1, 'S-1-1-0'), type: AceType.ACCESS_ALLOWED_CALLBACK, data: bytes('6172747800000000') },
    { ...allow(1, WellKnownSid.MEDIUM_INTEGRITY), type: AceType.SYSTEM_MANDATORY_LABEL },
  ];
  t.deepEqual(decode(acl, encode(acl, { revision: 4, aces })), { revision: 4, aces });
});

test('a query gets the parts it asks for, a set replaces the parts it names', (t) => {
  t.deepEqual(selectParts(SD, SecurityInformation.OWNER), { control: 0x8000, owner: SD.owner! });
  t.deepEqual(selectParts(SD, SecurityInformation.DACL), { control: 0x8404, dacl: SD.dacl! });
  const changed = replaceParts(SD, { control: 0x9004, group: 'S-1-1-0', dacl: null }, SecurityInformation.DACL);
  t.deepEqual(changed, { control: 0x9004, owner: SD.owner!, group: SD.group!, dacl: null });
});

test('AUTO_INHERITED is kept only when it is requested too', (t) => {
  const { DACL_AUTO_INHERITED, DACL_AUTO_INHERIT_REQ } = SdControl;
  const set = (control: number): number =>
    replaceParts(SD, { control: control | 0x8004, dacl: SD.dacl! }, SecurityInformation.DACL).control;
  t.is(set(0), 0x8004);
  t.is(set(DACL_AUTO_INHERITED), 0x8004);
  t.is(set(DACL_AUTO_INHERIT_REQ), 0x8004);
  t.is(set(DACL_AUTO_INHERITED | DACL_AUTO_INHERIT_REQ), 0x8404);
});

test('SDDL says the same both ways [MS-DTYP 2.5.1]', (t) => {
  t.is(formatSddl(SD), 'O:BAG:BUD:AI(A;OICI;FA;;;SY)(A;;0x1200a9;;;WD)');
  for (const text of [
    'O:BAG:BUD:AI(A;OICI;FA;;;SY)(A;;0x1200a9;;;WD)',
    'D:NO_ACCESS_CONTROL',
    'D:P',
    'O:S-1-5-21-1-2-3-1000D:PAI(D;OICIIO;GA;;;CO)S:(AU;SAFA;WD;;;WD)',
    'D:(OA;;CR;00112233-4455-6677-8899-aabbccddeeff;;PS)',
    '',
  ]) {
    t.is(formatSddl(parseSddl(text)), text);
  }
  t.deepEqual(parseSddl('O:BAG:BUD:AI(A;OICI;FA;;;SY)(A;;FRFX;;;WD)'), SD);
  t.is(parseSddl('O:DA', 'S-1-5-21-1-2-3').owner, 'S-1-5-21-1-2-3-512');
  t.is(parseSddl('D:(A;;CCDCLC;;;BA)').dacl?.aces[0]?.mask, 7);
});

test('SDDL that is none is a CodecError', (t) => {
  for (const bad of [
    'X',
    'O:',
    'O:ZZ',
    'O:DA',
    'D:(A;;FA;;;)',
    'D:(Q;;FA;;;WD)',
    'D:(A;;FA;;WD)',
    'D:(A;ZZ;FA;;;WD)',
    'D:(A;;Q;;;WD)',
    'D:(A;;FA;;;WD',
    'D:X(A;;FA;;;WD)',
    'D:(OA;;FA;xyz;;WD)',
  ]) {
    t.throws(() => parseSddl(bad), { instanceOf: CodecError }, bad);
  }
});

test('bytes changed at random decode or are a CodecError, never another error', (t) => {
  const seed = 20261121;
  let state = seed;
  const random = (n: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % n;
  };
  const whole = bytes(SD_BYTES);
  for (let round = 0; round < 3000; round++) {
    const changed = whole.slice();
    for (let n = random(3); n >= 0; n--) changed[random(changed.length)] = random(256);
    try {
      const sd = decode(securityDescriptor, changed);
      // What was understood can be said again, and is understood the same.
      t.deepEqual(decode(securityDescriptor, encode(securityDescriptor, sd)), { ...sd, control: sd.control | 0x8000 });
    } catch (error) {
      if (!(error instanceof CodecError)) t.fail(`seed ${seed}, round ${round}: ${error}`);
    }
  }
  t.pass();
});
