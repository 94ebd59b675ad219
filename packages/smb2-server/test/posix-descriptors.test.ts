import { encode, formatSddl, parseSddl, securityDescriptor } from '@tsmbd/ms-dtyp';
import { AccessMask, Command, setInfoRequest, setInfoResponse } from '@tsmbd/smb2-codec';
import type { VfsAclEntry, VfsStat } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { posixDescriptor } from '../src/access/posix-descriptor.ts';
import { posixWish } from '../src/access/posix-wish.ts';
import { unixSids } from '../src/access/unix-sids.ts';
import type { UnixView } from '../src/access/unix-view.ts';
import { create, statusOf } from './requests.ts';
import { makeWorld, place } from './tables/world.ts';

const ME = 'S-1-5-21-1-2-3-1000';
const VIEW: UnixView = { sids: unixSids, sid: ME, uid: 1000, actsAsUser: false };
const ACTING: UnixView = { ...VIEW, actsAsUser: true };

function stat(mode: number, kind: 'file' | 'directory' = 'file', uid = 1000): VfsStat {
  return { kind, mode, uid, gid: 100 } as VfsStat;
}

const sddlOf = (of: VfsStat, access?: readonly VfsAclEntry[], inherited?: readonly VfsAclEntry[]): string =>
  formatSddl(posixDescriptor(of, access || inherited ? { access, default: inherited } : undefined, VIEW));

// As smbcacls shows them with smbd 4.17.12, but for rwx: that is everything with smbd.
for (const [title, actual, expected] of [
  ['a file', sddlOf(stat(0o640)), `O:${ME}G:S-1-22-2-100D:(A;;FA;;;${ME})(A;;FR;;;S-1-22-2-100)(A;;0x0;;;WD)`],
  [
    "another user's file",
    sddlOf(stat(0o466, 'file', 5)),
    'O:S-1-22-1-5G:S-1-22-2-100D:(A;;0x1f0089;;;S-1-22-1-5)(A;;0x12019f;;;S-1-22-2-100)(A;;0x12019f;;;WD)'.replace(
      '0x1f0089',
      '0x1f0089',
    ),
  ],
  [
    'a directory',
    sddlOf(stat(0o755, 'directory')),
    `O:${ME}G:S-1-22-2-100D:(A;;FA;;;${ME})(A;;0x1200a9;;;S-1-22-2-100)(A;;0x1200a9;;;WD)`,
  ],
  [
    'a directory that others write',
    sddlOf(stat(0o706, 'directory')),
    `O:${ME}G:S-1-22-2-100D:(A;;FA;;;${ME})(A;;0x0;;;S-1-22-2-100)(A;;0x1201df;;;WD)`,
  ],
] as const) {
  test(`permission bits as a descriptor: ${title}`, (t) => t.is(actual, expected));
}

const ACL: readonly VfsAclEntry[] = [
  { tag: 'user-obj', perms: 7 },
  { tag: 'user', id: 1000, perms: 0 },
  { tag: 'user', id: 7, perms: 6 },
  { tag: 'group-obj', perms: 6 },
  { tag: 'group', id: 8, perms: 4 },
  { tag: 'mask', perms: 4 },
  { tag: 'other', perms: 0 },
];

test('a POSIX ACL as a descriptor: its mask masks, and a default ACL is for children alone', (t) => {
  t.is(
    sddlOf(stat(0o740), ACL),
    `O:${ME}G:S-1-22-2-100D:(A;;FA;;;${ME})(A;;FR;;;S-1-22-1-7)(A;;FR;;;S-1-22-2-100)(A;;FR;;;S-1-22-2-8)(A;;0x0;;;WD)`,
  );
  const inherited = sddlOf(stat(0o700, 'directory'), undefined, ACL).slice(`O:${ME}G:S-1-22-2-100D:`.length);
  t.regex(inherited, /^\(A;;FA;;;S-1-5-21-1-2-3-1000\)\(A;;0x0;;;S-1-22-2-100\)\(A;;0x0;;;WD\)\(A;OICIIO;FA;;;CO\)/);
  t.regex(inherited, /\(A;OICIIO;FR;;;S-1-22-1-7\)\(A;OICIIO;FR;;;CG\)\(A;OICIIO;FR;;;S-1-22-2-8\)/);
});

/** `u::rw g::r 7:rw …` */
function wishText(sddl: string, of: VfsStat, view = VIEW, change: 'set-owner' | 'keep-owner' = 'keep-owner'): string {
  const wish = posixWish(parseSddl(sddl), of, view, change);
  const text = (entries: readonly VfsAclEntry[]): string =>
    entries
      .map(
        ({ tag, id, perms }) =>
          `${tag[0]}${tag.length > 5 ? '' : tag === 'user' ? 'ser' : tag === 'group' ? 'roup' : ''}${id ?? ''}:${perms}`,
      )
      .join(' ');
  const owner = wish.uid === undefined && wish.gid === undefined ? '' : ` chown ${wish.uid}:${wish.gid}`;
  return `${text(wish.access)}${wish.default === undefined ? '' : ` | ${text(wish.default)}`}${owner}`;
}

for (const [title, actual, expected] of [
  ['full control makes no program of a file', wishText(`O:${ME}D:(A;;FA;;;${ME})`, stat(0o600)), 'u:6 g:0 o:0'],
  ['a program stays one', wishText(`O:${ME}D:(A;;FA;;;${ME})`, stat(0o700)), 'u:7 g:0 o:0'],
  ['a NULL DACL', wishText(`O:${ME}D:NO_ACCESS_CONTROL`, stat(0o600)), 'u:6 g:7 o:7'],
  ['an empty DACL leaves the process its file', wishText(`O:${ME}D:`, stat(0o666)), 'u:6 g:0 o:0'],
  ['an empty DACL leaves the owner the right to read', wishText(`O:${ME}D:`, stat(0o666), ACTING), 'u:4 g:0 o:0'],
  [
    'everybody, less who is denied',
    wishText('D:(D;;0x2;;;S-1-22-1-7)(A;;0x12019f;;;WD)', stat(0o600)),
    'u:6 g:6 o:6 user7:4 m:6',
  ],
  [
    'what is granted first stays',
    wishText('D:(A;;0x12019f;;;WD)(D;;0x2;;;S-1-22-1-7)', stat(0o600)),
    'u:6 g:6 o:6 user7:6 m:6',
  ],
  ['a group', wishText('D:(A;;FR;;;S-1-22-2-8)(A;;FR;;;S-1-22-2-100)', stat(0o600)), 'u:6 g:4 o:0 group8:4 m:4'],
  ['nobody that the system knows', wishText('D:(A;;FA;;;S-1-5-21-9-9-9-9)', stat(0o600)), 'u:6 g:0 o:0'],
  [
    'a directory without anything to inherit',
    wishText(`O:${ME}D:(A;;FA;;;${ME})`, stat(0o700, 'directory')),
    'u:7 g:0 o:0 | ',
  ],
  [
    'a directory with entries to inherit',
    wishText('D:(A;OICI;FR;;;S-1-22-1-7)(A;OICIIO;FA;;;CO)', stat(0o700, 'directory'), ACTING),
    'u:7 g:0 o:0 user7:4 m:4 | u:7 g:0 o:0 user7:4 m:4',
  ],
  ['a new owner', wishText('O:S-1-22-1-7G:S-1-22-2-8D:', stat(0o600), VIEW, 'set-owner'), 'u:6 g:0 o:0 chown 7:8'],
  ['an owner that a new file does not get', wishText('O:S-1-22-1-7G:S-1-22-2-8D:', stat(0o600)), 'u:6 g:0 o:0'],
  ['the owner it has', wishText(`O:${ME}G:S-1-22-2-100D:`, stat(0o600), VIEW, 'set-owner'), 'u:6 g:0 o:0'],
] as const) {
  test(`a descriptor as permission bits: ${title}`, (t) => t.is(actual, expected));
}

test('a list of a thousand users names the first 64, and an owner among them by name only once', (t) => {
  const aces = Array.from({ length: 1000 }, (_, i) => `(A;;FR;;;S-1-22-1-${i + 5})`).join('');
  const { access } = posixWish(parseSddl(`D:${aces}`), stat(0o600), VIEW, 'keep-owner');
  t.is(access.filter(({ tag }) => tag === 'user').length, 64);
});

for (const bytes of ['', '01', 'ff'.repeat(100), '0100048014000000000000000000000000000000', '01000080']) {
  test(`a stored descriptor that nobody can read denies all but its own repair: ${bytes.slice(0, 40)}`, async (t) => {
    const world = await makeWorld('memory');
    try {
      const { path, name } = await place(world, 'file', { mask: AccessMask.FILE_ALL_ACCESS });
      const { handle } = await world.vfs.open(path, { disposition: 'open', kind: 'any', data: 'none' });
      await handle.setSecurityDescriptor(Buffer.from(bytes, 'hex'));
      await handle.close();
      for (const desiredAccess of [AccessMask.FILE_READ_DATA, AccessMask.FILE_WRITE_DATA, AccessMask.WRITE_OWNER]) {
        t.is(await statusOf(create(world.alice, name, { desiredAccess, createDisposition: 1 })), 0xc000_0022);
      }
      // The memory back end's files belong to the process's user, and so to alice.
      const { fileId } = await create(world.alice, name, { desiredAccess: AccessMask.WRITE_DAC, createDisposition: 1 });
      const request = {
        infoType: 3,
        fileInfoClass: 0,
        additionalInformation: 4,
        fileId,
        buffer: encode(securityDescriptor, parseSddl('D:(A;;FA;;;WD)')),
      };
      const { client, treeId } = world.alice;
      t.is(await statusOf(client.request(Command.SET_INFO, setInfoRequest, setInfoResponse, request, { treeId })), 0);
      t.is(await statusOf(create(world.alice, name, { desiredAccess: 1, createDisposition: 1 })), 0);
    } finally {
      await world.end();
    }
  });
}
