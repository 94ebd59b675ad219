import test from 'ava';
import { encodeNtacl, parseNtacl } from '../src/posix/ntacl.ts';
import { encodePosixAcl, hashOfPosixAccess, type PosixAccess, parsePosixAcl } from '../src/posix/posix-acl.ts';
import type { VfsAclEntry } from '../src/vfs.ts';

// O:BAG:BAD:(A;;FA;;;BA), and its envelopes, all as samba.ndr of Samba 4.17.12 packs them.
const BARE =
  '01000480140000002400000000000000340000000102000000000005200000002002000001020000000000052000000020020000040020000100000000001800ff01000001020000000000052000000020020000';
const ENVELOPES: readonly [string, string][] = [
  [
    'version 1',
    '0100010000000200010004801c0000002c000000000000003c0000000102000000000005200000002002000001020000000000052000000020020000040020000100000000001800ff01000001020000000000052000000020020000',
  ],
  [
    'version 2',
    '0200020000000200040002000707070707070707070707070707070701000480300000004000000000000000500000000102000000000005200000002002000001020000000000052000000020020000040020000100000000001800ff01000001020000000000052000000020020000',
  ],
  [
    'version 3',
    `03000300000002000400020001${'00'}${'07'.repeat(64)}00000100048064000000740000000000000084000000${BARE.slice(40)}`,
  ],
  [
    'version 4',
    `0400040000000200040002000000${'00'.repeat(64)}706f7369785f61636c008877665544332211${'00'.repeat(64)}01000480b4000000c400000000000000d4000000${BARE.slice(40)}`,
  ],
];

for (const [title, hex] of ENVELOPES) {
  test(`NTACL ${title} is read, its offsets counted from the descriptor again`, (t) => {
    t.is(bareOf(hex), BARE);
  });
}

test('NTACL is written as version 4 without a hash', (t) => {
  const bare = Buffer.from(BARE, 'hex');
  const value = Buffer.from(encodeNtacl({ descriptor: bare, posixHash: undefined }, 0x1122334455667788n)).toString(
    'hex',
  );
  t.is(
    value,
    `0400040000000200040002000000${'00'.repeat(64)}706f7369785f61636c008877665544332211${'00'.repeat(64)}01000480b4000000c400000000000000d4000000${BARE.slice(40)}`,
  );
  t.is(bareOf(value), BARE);
});

test('what is cut short or of another version is no descriptor', (t) => {
  const whole = Buffer.from(ENVELOPES[3]![1], 'hex');
  for (let length = 0; length < 180; length++) t.is(parseNtacl(whole.subarray(0, length)), undefined);
  t.is(parseNtacl(Buffer.from('0900090000000200', 'hex')), undefined);
});

const bareOf = (hex: string): string => Buffer.from(parseNtacl(Buffer.from(hex, 'hex'))!.descriptor).toString('hex');

/** What smbd 4.17.12 (vfs objects = acl_xattr) stored, and the file that it stored it for. */
const SMBD: readonly { readonly title: string; readonly posix: PosixAccess; readonly hash: string }[] = [
  {
    title: 'a file with owner and group named',
    posix: {
      uid: 1,
      gid: 60,
      mode: 0x81f9,
      access: acl(
        '0200000001000700ffffffff020007000100000004000500ffffffff080005003c00000010000700ffffffff20000100ffffffff',
      ),
      default: undefined,
    },
    hash: '2e3c0178292cf26daf2e874fb130f2834b3f55a51955c71b94dd7b6cb3a1fa40',
  },
  {
    title: 'a directory with a default ACL',
    posix: {
      uid: 1,
      gid: 60,
      mode: 0x41fd,
      access: acl(
        '0200000001000700ffffffff0200070001000000020004000500000004000500ffffffff0800040002000000080005003c00000010000700ffffffff20000500ffffffff',
      ),
      default: acl(
        '0200000001000700ffffffff0200070001000000020007000500000004000500ffffffff080005003c00000010000700ffffffff20000500ffffffff',
      ),
    },
    hash: '8d4235d3542dc56fbf404a84157bb04bcb878b31e8f1487952ef90c8fe24c982',
  },
];

for (const { title, posix, hash } of SMBD) {
  test(`the hash of POSIX access is what smbd writes for ${title}`, (t) => {
    t.is(Buffer.from(hashOfPosixAccess(posix)).toString('hex'), hash);
    t.not(Buffer.from(hashOfPosixAccess({ ...posix, mode: posix.mode ^ 1 })).toString('hex'), hash);
    t.not(Buffer.from(hashOfPosixAccess({ ...posix, uid: 0 })).toString('hex'), hash);
    t.not(Buffer.from(hashOfPosixAccess({ ...posix, gid: 0 })).toString('hex'), hash);
  });
}

test('POSIX ACLs are read and written as the system has them', (t) => {
  const bytes =
    '0200000001000700ffffffff0200070001000000020004000500000004000500ffffffff0800040002000000080005003c00000010000700ffffffff20000500ffffffff';
  const entries = acl(bytes);
  t.deepEqual(entries[1], { tag: 'user', id: 1, perms: 7 });
  t.is(Buffer.from(encodePosixAcl(entries)).toString('hex'), bytes);
  t.is(Buffer.from(encodePosixAcl(entries.toReversed())).toString('hex'), bytes);
  for (const bad of ['', '01000000', '0200000001', '02000000030007ffffffffff']) {
    t.is(parsePosixAcl(Buffer.from(bad, 'hex')), undefined, bad);
  }
});

function acl(hex: string): VfsAclEntry[] {
  return parsePosixAcl(Buffer.from(hex, 'hex'))!;
}
