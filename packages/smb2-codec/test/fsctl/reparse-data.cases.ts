import { CodecError, decode } from '@tsmbd/ms-dtyp';
import { NfsSpecialFile, ReparseTag, reparseData } from '@tsmbd/smb2-codec';
import test from 'ava';
import { hex, testStructure } from '../support/structures.ts';

testStructure({
  name: 'a symbolic link, print name first [MS-FSCC 2.1.2.4]',
  codec: reparseData,
  bytes: '0c0000a0 1400 0000 0400 0400 0000 0400 01000000 61006200 63006400',
  value: { kind: 'symlink', substituteName: 'cd', printName: 'ab', flags: 1 },
});
testStructure({
  name: 'a junction, with zeros behind its names [MS-FSCC 2.1.2.5]',
  codec: reparseData,
  bytes: '030000a0 1400 0000 0000 0400 0600 0400 61006200 0000 63006400 0000',
  value: { kind: 'mount-point', substituteName: 'ab', printName: 'cd' },
});
testStructure({
  name: 'a device of an NFS client [MS-FSCC 2.1.2.6]',
  codec: reparseData,
  bytes: '14000080 1000 0000 4348520000000000 08000000 01000000',
  value: { kind: 'nfs', type: NfsSpecialFile.CHR, data: hex('08000000 01000000') },
});
testStructure({
  name: 'a symbolic link of WSL [MS-FSCC 2.1.2.7]',
  codec: reparseData,
  bytes: '1d0000a0 0700 0000 02000000 2e2e61',
  value: { kind: 'lx-symlink', version: 2, target: '..a' },
});
testStructure({
  name: 'an unknown Microsoft tag [MS-FSCC 2.1.2.2]',
  codec: reparseData,
  bytes: '23000080 0200 0000 aabb',
  value: { kind: 'other', tag: ReparseTag.AF_UNIX, data: hex('aabb') },
});
testStructure({
  name: 'a tag of somebody else with a GUID [MS-FSCC 2.1.2.3]',
  codec: reparseData,
  bytes: '01000000 0200 0000 33221100554477668899aabbccddeeff aabb',
  value: { kind: 'other', tag: 1, reparseGuid: '00112233-4455-6677-8899-aabbccddeeff', data: hex('aabb') },
});

test('a symbolic link with a name outside its data is a CodecError [MS-FSCC 2.1.2.4]', (t) => {
  const wire = hex('0c0000a0 1000 0000 0000 0600 0000 0400 01000000 61006200 63006400');
  t.throws(() => decode(reparseData, wire), { instanceOf: CodecError });
});
