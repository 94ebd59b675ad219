import { DosAttributes, KEPT_ATTRIBUTES } from '../attributes.ts';
import type { VfsChanges } from '../vfs.ts';
import { Access, Errno } from './constants.ts';
import { checked } from './errors.ts';
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
    initialTime: held?.initialTime ?? 0n,
  });
}
