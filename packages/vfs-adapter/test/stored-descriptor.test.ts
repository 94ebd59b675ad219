import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { Errno } from '../src/posix/constants.ts';
import type { FileSystem } from '../src/posix/file-system.ts';
import { Libc, libc } from '../src/posix/libc.ts';
import { parseNtacl } from '../src/posix/ntacl.ts';
import { encodePosixAcl, POSIX_ACL } from '../src/posix/posix-acl.ts';
import type { PosixHandle } from '../src/posix/posix-handle.ts';
import { createPosixVfs, type PosixVfsOptions } from '../src/posix/posix-vfs.ts';
import { getDescriptor } from '../src/posix/stored-descriptor.ts';
import { Xattrs } from '../src/posix/xattrs.ts';
import { VfsError, type VfsHandle, type VfsPosixWish } from '../src/vfs.ts';

const canRun = ((): boolean => {
  const probe = mkdtempSync(join(tmpdir(), 'tsmbd-stored-'));
  const isKept = libc().setxattr(probe, 'user.probe', Buffer.from('x')) === 0;
  const hasAcls = libc().setxattr(probe, POSIX_ACL.access, Buffer.from('02000000', 'hex')) !== -95;
  rmSync(probe, { recursive: true });
  return isKept && hasAcls;
})();
const withXattrs = canRun ? test : test.skip;
const asRoot = canRun && process.getuid?.() === 0 ? test : test.skip;

/** No owner, no group, no lists. */
const DESCRIPTOR = Uint8Array.of(1, 0, 0, 0x80, ...new Array<number>(16).fill(0));

function folder(t: ExecutionContext): string {
  const root = mkdtempSync(join(tmpdir(), 'tsmbd-stored-'));
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

async function open(root: string, name: string, options: Partial<PosixVfsOptions> = {}): Promise<VfsHandle> {
  const vfs = createPosixVfs({ root, ...options });
  return (await vfs.open([name], { disposition: 'open', kind: 'any', data: 'none' })).handle;
}

const wish = (user: number, group: number, other: number, more: Partial<VfsPosixWish> = {}): VfsPosixWish => ({
  access: [
    { tag: 'user-obj', perms: user },
    { tag: 'group-obj', perms: group },
    { tag: 'other', perms: other },
  ],
  isRequired: true,
  ...more,
});

withXattrs('a stored descriptor counts as long as the mode is what it was stored for', async (t) => {
  const root = folder(t);
  for (const name of ['file', 'directory']) {
    const path = join(root, name);
    if (name === 'file') writeFileSync(path, 'x');
    else mkdirSync(path);
    chmodSync(path, 0o750);
    const handle = await open(root, name);
    await handle.setSecurityDescriptor(DESCRIPTOR);
    t.deepEqual(await handle.getSecurityDescriptor(), DESCRIPTOR, name);
    chmodSync(path, 0o755);
    t.is(await handle.getSecurityDescriptor(), undefined, name);
    t.is(await handle.getSecurityDescriptor(await handle.stat()), undefined, name);
    chmodSync(path, 0o750);
    t.deepEqual(await handle.getSecurityDescriptor(await handle.stat()), DESCRIPTOR, name);
    await handle.close();
    const ignoring = await open(root, name, { ignoreSystemAcls: true });
    chmodSync(path, 0o700);
    t.deepEqual(await ignoring.getSecurityDescriptor(), DESCRIPTOR, name);
    await ignoring.close();
  }
});

withXattrs('a descriptor is outdated by a POSIX ACL, and such ACLs are read', async (t) => {
  const root = folder(t);
  const path = join(root, 'directory');
  mkdirSync(path);
  const handle = await open(root, 'directory');
  t.is(await handle.posixAcl!(), undefined);
  t.is(await handle.posixAcl!(await handle.stat()), undefined);
  await handle.setSecurityDescriptor(DESCRIPTOR);
  const acl = [
    { tag: 'user-obj', perms: 7 },
    { tag: 'user', id: 4711, perms: 5 },
    { tag: 'group-obj', perms: 0 },
    { tag: 'mask', perms: 5 },
    { tag: 'other', perms: 0 },
  ] as const;
  for (const name of [POSIX_ACL.default, POSIX_ACL.access]) {
    t.is(libc().setxattr(path, name, encodePosixAcl(acl)), 0);
    t.is(await handle.getSecurityDescriptor(), undefined, name);
    await handle.setSecurityDescriptor(DESCRIPTOR);
    t.deepEqual(await handle.getSecurityDescriptor(), DESCRIPTOR, name);
  }
  t.deepEqual(await handle.posixAcl!(await handle.stat()), { access: [...acl], default: [...acl] });
  await handle.close();
});

withXattrs('mode and ACLs are set with the descriptor, and the descriptor counts for them', async (t) => {
  const root = folder(t);
  const path = join(root, 'directory');
  mkdirSync(path);
  chmodSync(path, 0o2755);
  const handle = await open(root, 'directory');
  await handle.setSecurityDescriptor(DESCRIPTOR, wish(7, 5, 0, { default: [] }));
  t.is(statSync(path).mode & 0o777, 0o750);
  t.is(statSync(path).mode & 0o2000, 0o2000, 'other bits stay');
  t.is(await handle.posixAcl!(), undefined);
  t.deepEqual(await handle.getSecurityDescriptor(), DESCRIPTOR);
  const named = [...wish(7, 0, 0).access, { tag: 'user', id: 4711, perms: 6 }, { tag: 'mask', perms: 6 }] as const;
  await handle.setSecurityDescriptor(DESCRIPTOR, { access: named, default: named, isRequired: true });
  t.is(statSync(path).mode & 0o777, 0o760, 'the mask stands where the group stood');
  t.is((await handle.posixAcl!())!.access!.length, 5);
  t.is((await handle.posixAcl!())!.default!.length, 5);
  t.deepEqual(await handle.getSecurityDescriptor(), DESCRIPTOR);
  await handle.setSecurityDescriptor(DESCRIPTOR, wish(7, 5, 1, { default: [] }));
  t.is(await handle.posixAcl!(), undefined, 'both lists are gone');
  t.is(statSync(path).mode & 0o777, 0o751);
  t.deepEqual(await handle.getSecurityDescriptor(), DESCRIPTOR);
  await handle.close();
});

withXattrs('bytes that are no envelope are no descriptor, and not none', async (t) => {
  const root = folder(t);
  const path = join(root, 'file');
  writeFileSync(path, 'x');
  const handle = await open(root, 'file', { userDescriptors: true });
  for (const bytes of [
    '',
    '00',
    '0400',
    '09000900',
    'ff'.repeat(300),
    `0400040000000200040002000100${'61'.repeat(200)}`,
  ]) {
    t.is(libc().setxattr(path, 'user.NTACL', Buffer.from(bytes, 'hex')), 0);
    t.deepEqual(await handle.getSecurityDescriptor(), new Uint8Array(0), bytes);
  }
  await handle.close();
});

asRoot(
  'what any local writer of a file can set counts only where the share says so, or nothing else can be set',
  async (t) => {
    const root = folder(t);
    const path = join(root, 'file');
    writeFileSync(path, 'x');
    const there = await open(root, 'file', { userDescriptors: true });
    await there.setSecurityDescriptor(DESCRIPTOR);
    t.true(libc().getxattr(path, 'user.NTACL') > 0);
    t.true(libc().getxattr(path, 'security.NTACL') < 0);
    t.deepEqual(await there.getSecurityDescriptor(), DESCRIPTOR);
    await there.close();
    const guarding = (await open(root, 'file')) as PosixHandle;
    t.is(getDescriptor(guarding), undefined);
    t.is(guarding.fs.mayGuard, true);
    // As where the system keeps the process from the other attribute.
    guarding.fs.mayGuard = false;
    t.deepEqual(getDescriptor(guarding), DESCRIPTOR);
    guarding.fs.mayGuard = undefined;
    await guarding.setSecurityDescriptor(DESCRIPTOR);
    t.true(libc().getxattr(path, 'security.NTACL') > 0);
    t.deepEqual(await guarding.getSecurityDescriptor(), DESCRIPTOR);
    await guarding.close();
  },
);

/** A system that gives this answer when an attribute of `security.` is to be removed. */
class Answering extends Libc {
  readonly #answer: number;
  constructor(answer: number) {
    super();
    this.#answer = answer;
  }
  override fremovexattr(): number {
    return this.#answer;
  }
}

test('only a process that the system lets near attributes of security. guards descriptors', (t) => {
  const isRoot = process.geteuid?.() === 0;
  for (const [errno, may] of [
    [Errno.ENODATA, true],
    [Errno.EPERM, false],
    [Errno.EACCES, false],
    [Errno.EOPNOTSUPP, false],
    [Errno.EROFS, isRoot],
  ] as const) {
    const c = new Answering(-errno);
    const fs = { mayGuard: undefined } as unknown as FileSystem;
    t.is(new Xattrs(c, c).mayGuard({ fd: 0, isPath: false, fs }), may, String(errno));
    t.is(fs.mayGuard, may);
  }
});

/** What smbd 4.17.12 stored for a file of uid 1, gid 60, mode 0771, that names both in its ACL. */
const SMBD =
  '040004000000020004000200010055f48beaf90b8feb9377c857d624df47c6da2da6fb93099f68327d233e2601230000000000000000000000000000000000000000000000000000000000000000706f7369785f61636c00baed55e63b7edd012e3c0178292cf26daf2e874fb130f2834b3f55a51955c71b94dd7b6cb3a1fa40000000000000000000000000000000000000000000000000000000000000000001000480b4000000d000000000000000e000000001050000000000051500000021e29247319ade8859da6845e90300000102000000000016020000003c000000020058000300000000001400a000120001010000000000010000000000001800a90012000102000000000016020000003c00000000002400ff011f0001050000000000051500000021e29247319ade8859da6845e9030000';
const SMBD_ACL =
  '0200000001000700ffffffff020007000100000004000500ffffffff080005003c00000010000700ffffffff20000100ffffffff';
/** The same in a share that ignores modes: version 3, a hash of nothing. */
const SMBD_IGNORING =
  'AwADAAAAAgAEAAIAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABAASAZAAAAIAAAAAAAAAAnAAAAAEFAAAAAAAFFQAAACHikkcxmt6IWdpoRekDAAABBQAAAAAABRUAAAAh4pJHMZreiFnaaEUBAgAAAgAsAAEAAAAAACQAFgESAAEFAAAAAAAFFQAAACHikkcxmt6IWdpoReoDAAA=';

asRoot('what smbd stored counts for the file that it stored it for, and for no other', async (t) => {
  const root = folder(t);
  const path = join(root, 'file');
  writeFileSync(path, 'x');
  chownSync(path, 1, 60);
  chmodSync(path, 0o771);
  t.is(libc().setxattr(path, POSIX_ACL.access, Buffer.from(SMBD_ACL, 'hex')), 0);
  t.is(libc().setxattr(path, 'security.NTACL', Buffer.from(SMBD, 'hex')), 0);
  const handle = await open(root, 'file');
  const { descriptor } = parseNtacl(Buffer.from(SMBD, 'hex'))!;
  t.deepEqual(await handle.getSecurityDescriptor(), descriptor);
  chownSync(path, 1, 61);
  t.is(await handle.getSecurityDescriptor(), undefined);
  chownSync(path, 1, 60);
  t.deepEqual(await handle.getSecurityDescriptor(), descriptor);
  t.is(libc().setxattr(path, 'security.NTACL', Buffer.from(SMBD_IGNORING, 'base64')), 0);
  t.is(await handle.getSecurityDescriptor(), undefined);
  await handle.close();
  const ignoring = await open(root, 'file', { ignoreSystemAcls: true });
  t.is((await ignoring.getSecurityDescriptor())!.length, 120);
  await ignoring.close();
});

asRoot('an owner that the descriptor names is set; the system may refuse', async (t) => {
  const root = folder(t);
  const path = join(root, 'file');
  writeFileSync(path, 'x');
  const handle = await open(root, 'file');
  await handle.setSecurityDescriptor(DESCRIPTOR, wish(6, 4, 4, { uid: 4711, gid: 4712 }));
  t.like(statSync(path), { uid: 4711, gid: 4712 });
  t.deepEqual(await handle.getSecurityDescriptor(), DESCRIPTOR);
  const { chmod, fchmod, chown } = libc();
  libc().chmod = () => -1;
  libc().fchmod = () => -1;
  libc().chown = () => -1;
  try {
    await t.throwsAsync(async () => handle.setSecurityDescriptor(DESCRIPTOR, wish(7, 7, 7)), { instanceOf: VfsError });
    await handle.setSecurityDescriptor(DESCRIPTOR, wish(7, 7, 7, { isRequired: false, uid: 1 }));
  } finally {
    Object.assign(libc(), { chmod, fchmod, chown });
  }
  t.like(statSync(path), { uid: 4711, mode: 0o100644 });
  t.deepEqual(await handle.getSecurityDescriptor(), DESCRIPTOR, 'stored for the mode that is there');
  await handle.close();
});
