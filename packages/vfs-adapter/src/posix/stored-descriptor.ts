import { filetimeFromUnixMs } from '@tsmbd/ms-dtyp';
import { VfsError, type VfsPosixAcl, type VfsPosixWish, type VfsStat } from '../vfs.ts';
import { Errno } from './constants.ts';
import { checked, posixError } from './errors.ts';
import { encodeNtacl, NTACL, parseNtacl } from './ntacl.ts';
import { encodePosixAcl, hashOfPosixAccess, POSIX_ACL, type PosixAccess, parsePosixAcl } from './posix-acl.ts';
import type { PosixHandle } from './posix-handle.ts';
import { procPath } from './xattrs.ts';

/**
 * The stored descriptor, unless it is outdated. No bytes if nobody can read what is stored.
 */
export function getDescriptor(file: PosixHandle, asOf?: VfsStat): Uint8Array | undefined {
  if (file.kind === 'symlink' || !mayHave(file, asOf, isNtacl)) return undefined;
  const value = storedValue(file);
  if (value === undefined) return undefined;
  const ntacl = parseNtacl(value);
  if (ntacl === undefined) return new Uint8Array(0);
  const { descriptor, posixHash } = ntacl;
  if (posixHash === undefined || file.share.options.ignoreSystemAcls) return descriptor;
  return posixHash.length > 0 && isHashOf(posixHash, posixAccess(file)) ? descriptor : undefined;
}

/**
 * The xattr that any local writer of the file can change counts only where the system keeps this
 * process from the guarded one, or the share says so.
 */
function storedValue(file: PosixHandle): Uint8Array | undefined {
  const { xattrs, options } = file.share;
  if (options.userDescriptors) return xattrs.getOwn(file, NTACL.user);
  const guarded = xattrs.getOwn(file, NTACL.security);
  if (guarded !== undefined || xattrs.mayGuard(file)) return guarded;
  return xattrs.getOwn(file, NTACL.user);
}

/** The file's POSIX ACLs; undefined if it has none. */
export function getPosixAcl(file: PosixHandle, asOf?: VfsStat): VfsPosixAcl | undefined {
  if (file.kind === 'symlink' || !mayHave(file, asOf, isPosixAcl)) return undefined;
  const { access, default: inherited } = readAcls(file);
  return access === undefined && inherited === undefined ? undefined : { access, default: inherited };
}

/** Makes the permission bits and ACLs what `posix` says, and stores the descriptor for them. */
export function setDescriptor(file: PosixHandle, descriptor: Uint8Array, posix?: VfsPosixWish): void {
  if (!file.fs.hasXattrs || file.kind === 'symlink') throw new VfsError('not-supported');
  if (posix !== undefined) applyWish(file, posix);
  const { xattrs, options } = file.share;
  const posixHash = hashOfPosixAccess(posixAccess(file));
  const value = encodeNtacl({ descriptor, posixHash }, filetimeFromUnixMs(Date.now()));
  const result = xattrs.setGuarded(file, options.userDescriptors ? NTACL.user : NTACL.security, value);
  if (result >= 0) return;
  if (options.userDescriptors || !isRefusal(result)) throw posixError(result, 'setxattr');
  // A guarded descriptor that this process may not change would continue to hide the new one.
  if (xattrs.getOwn(file, NTACL.security) !== undefined) throw posixError(result, 'setxattr', 'access-denied');
  checked(xattrs.set(file, NTACL.user, value), 'setxattr');
}

/**
 * Sets bits, ACLs and owner. The owner comes last: who gives a file away can no longer change it.
 */
function applyWish(file: PosixHandle, wish: VfsPosixWish): void {
  const { c, xattrs } = file.share;
  const before = posixAccess(file);
  const isNamed = wish.access.some(({ tag }) => tag === 'mask');
  const bits = bitsOf(wish);
  let result = 0;
  if (isNamed || before.access !== undefined) {
    result = xattrs.set(file, POSIX_ACL.access, encodePosixAcl(wish.access));
    // Without ACLs the named users and groups get what everybody gets.
    if (result === -Errno.EOPNOTSUPP) result = chmod(file, before.mode, bits);
  } else if ((before.mode & 0o777) !== bits) {
    result = chmod(file, before.mode, bits);
  }
  requireDone(wish, result, 'chmod');
  if (file.kind === 'directory' && wish.default !== undefined) {
    const some = wish.default.length > 0;
    const set = some ? xattrs.set(file, POSIX_ACL.default, encodePosixAcl(wish.default)) : 0;
    const removed = !some && before.default !== undefined ? xattrs.remove(file, POSIX_ACL.default) : 0;
    requireDone(wish, Math.min(set === -Errno.EOPNOTSUPP ? 0 : set, removed), 'setxattr');
  }
  const { uid = before.uid, gid = before.gid } = wish;
  if (uid === before.uid && gid === before.gid) return;
  const chowned = c.chown(file.fd, uid, gid);
  if (chowned < 0 && !isRefusal(chowned) && chowned !== -Errno.EINVAL) throw posixError(chowned, 'chown');
}

/** The permission bits that an access list of three entries says. */
function bitsOf({ access }: VfsPosixWish): number {
  const perms = (wanted: string): number => access.find(({ tag }) => tag === wanted)?.perms ?? 0;
  return (perms('user-obj') << 6) | (perms('group-obj') << 3) | perms('other');
}

function chmod(file: PosixHandle, before: number, bits: number): number {
  const { c } = file.share;
  const mode = (before & 0o7000) | bits;
  return file.isPath ? c.chmod(procPath(file.fd), mode) : c.fchmod(file.fd, mode);
}

/** Throws if the call failed, unless the wish may be left undone and the system refused it. */
function requireDone(wish: VfsPosixWish, result: number, call: string): void {
  if (result >= 0) return;
  if (!isRefusal(result) || wish.isRequired) throw posixError(result, call);
}

function isRefusal(result: number): boolean {
  return result === -Errno.EPERM || result === -Errno.EACCES || result === -Errno.EOPNOTSUPP;
}

/** Whether the descriptor that was stored with this hash was stored for this access. */
function isHashOf(hash: Uint8Array, posix: PosixAccess): boolean {
  const isSame = (other: Uint8Array): boolean => Buffer.compare(hash, other) === 0;
  return isSame(hashOfPosixAccess(posix)) || (posix.access === undefined && isSame(hashOfPosixAccess(posix, true)));
}

/** What POSIX says of the file's access now. */
function posixAccess(file: PosixHandle): PosixAccess {
  const { stat } = file.share.c;
  checked(file.share.c.statFd(file.fd), 'statx');
  const { uid, gid, mode } = stat;
  return { uid, gid, mode, ...readAcls(file) };
}

function readAcls(file: PosixHandle): Pick<PosixAccess, 'access' | 'default'> {
  const { xattrs } = file.share;
  const access = xattrs.getOwn(file, POSIX_ACL.access);
  const entries = access && parsePosixAcl(access);
  const inherited = file.kind === 'directory' ? xattrs.getOwn(file, POSIX_ACL.default) : undefined;
  return { access: entries, default: inherited && parsePosixAcl(inherited) };
}

/**
 * False if the file had none of these extended attributes when `asOf` was answered. If nobody knows
 * their names yet, one call lists them.
 */
function mayHave(file: PosixHandle, asOf: VfsStat | undefined, isOne: (name: string) => boolean): boolean {
  if (!file.fs.hasXattrs || file.hadNone(asOf, isOne)) return false;
  return asOf === undefined || file.namesAsOf(asOf).some(isOne);
}

function isNtacl(name: string): boolean {
  return name === NTACL.security || name === NTACL.user;
}

function isPosixAcl(name: string): boolean {
  return name === POSIX_ACL.access || name === POSIX_ACL.default;
}
