import { filetimeFromUnixMs } from '@tsmbd/ms-dtyp';
import { DosAttributes, KEPT_ATTRIBUTES } from '../attributes.ts';
import { type VfsChanges, VfsError, type VfsStat } from '../vfs.ts';
import { Access, Errno } from './constants.ts';
import { checked, posixError } from './errors.ts';
import { encodeNtacl, NTACL, parseNtacl } from './ntacl.ts';
import type { PosixHandle } from './posix-handle.ts';
import { procPath } from './xattrs.ts';

/** Sets times, attributes and permission bits. A change time cannot be set on POSIX. */
export function change(file: PosixHandle, changes: VfsChanges): void {
  const { c } = file.share;
  if (changes.mode !== undefined && file.kind !== 'symlink') {
    const mode = changes.mode & 0o7777;
    checked(file.isPath ? c.chmod(procPath(file.fd), mode) : c.fchmod(file.fd, mode), 'chmod');
  }
  if (changes.attributes !== undefined || changes.birthTime !== undefined) changeDosInfo(file, changes);
  if (changes.accessTime !== undefined || changes.writeTime !== undefined) {
    const { accessTime, writeTime } = changes;
    let result = c.utimens(file.fd, accessTime, writeTime);
    // The kernel lets the owner alone set times. On Windows, whoever may write a file may also set
    // its times; smbd does it in this way too (dos filetimes).
    if (result === -Errno.EPERM && c.may(file.fd, Access.WRITE)) {
      result = file.share.self.utimens(file.fd, accessTime, writeTime);
    }
    checked(result, 'utimensat');
  }
}

/**
 * Attributes and birth time go into DOSATTRIB, unless they are what the file has without a
 * DOSATTRIB.
 */
function changeDosInfo(file: PosixHandle, changes: VfsChanges): void {
  if (file.kind !== 'file' && file.kind !== 'directory') return;
  const { c, xattrs } = file.share;
  checked(c.statFd(file.fd), 'statx');
  const held = xattrs.dosInfo(file, file.kind === 'directory');
  const defaults = file.share.defaults(file.names.at(-1) ?? '', c.stat.mode);
  const wanted = changes.attributes === undefined ? undefined : changes.attributes & KEPT_ATTRIBUTES;
  const attributes = wanted ?? held?.attributes ?? defaults;
  if (held === undefined && attributes === defaults && changes.birthTime === undefined) return;
  const directory = file.kind === 'directory' ? DosAttributes.DIRECTORY : 0;
  xattrs.setDosInfo(file, {
    attributes: attributes | directory,
    birthTime: changes.birthTime ?? held?.birthTime ?? c.stat.birthTime,
  });
}

/**
 * The stored descriptor. The xattr that the system guards comes before the xattr that any owner may
 * write.
 */
export function getDescriptor(file: PosixHandle, asOf?: VfsStat): Uint8Array | undefined {
  if (file.kind === 'symlink') return undefined;
  if (file.hadNone(asOf, isNtacl)) return undefined;
  const { xattrs } = file.share;
  const value = xattrs.getOwn(file, NTACL.security) ?? xattrs.getOwn(file, NTACL.user);
  return value && parseNtacl(value);
}

function isNtacl(name: string): boolean {
  return name === NTACL.security || name === NTACL.user;
}

export function setDescriptor(file: PosixHandle, descriptor: Uint8Array): void {
  if (!file.fs.hasXattrs || file.kind === 'symlink') throw new VfsError('not-supported');
  const { xattrs } = file.share;
  const value = encodeNtacl(descriptor, filetimeFromUnixMs(Date.now()));
  const result = xattrs.setGuarded(file, NTACL.security, value);
  if (result >= 0) return;
  const refused = result === -Errno.EPERM || result === -Errno.EACCES || result === -Errno.EOPNOTSUPP;
  if (!refused) throw posixError(result, 'setxattr');
  // A guarded descriptor that this process may not change would continue to hide the new one.
  if (xattrs.getOwn(file, NTACL.security) !== undefined) throw posixError(result, 'setxattr', 'access-denied');
  checked(xattrs.set(file, NTACL.user, value), 'setxattr');
}
