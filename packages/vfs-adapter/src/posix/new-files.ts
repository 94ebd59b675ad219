import { O } from './constants.ts';
import { checked } from './errors.ts';
import type { Share } from './share.ts';

/** The bits of a directory's mode that a new file inherits, and a new directory. */
const READ_WRITE = 0o666;
const ALL_BUT_SET_UID = 0o3777;

/** What a file that is made in a directory has from the start. */
export interface NewFile {
  readonly mode: number;
  /** The user that it is given to, if it does not stay its maker's. */
  readonly owner: number | undefined;
}

/** The mode and the owner of a new file or directory by the share's rules. smb.conf(5) */
export function newFileIn(share: Share, directory: number, asDirectory: boolean): NewFile {
  const { inheritOwner, inheritPermissions, directoryMode, fileMode } = share.options;
  const configured = asDirectory ? directoryMode : fileMode;
  if (!inheritOwner && !inheritPermissions) return { mode: configured, owner: undefined };
  const { c } = share;
  checked(c.statFd(directory), 'statx');
  const { mode: parent, owner } = c.stat;
  return {
    mode: inheritPermissions ? parent & (asDirectory ? ALL_BUT_SET_UID : READ_WRITE) : configured,
    owner: inheritOwner && c.thread.canSwitch && owner !== c.who.uid ? owner : undefined,
  };
}

/** Bytes of `.` and `..` in a listing. */
const DOTS = 48;

/** Whether an open directory is empty, and belongs to the user. */
export function isEmptyAndOf({ c }: Share, directory: number): boolean {
  if (c.statFd(directory) < 0 || c.stat.owner !== c.who.uid) return false;
  const listing = c.openat(directory, '.', O.RDONLY | O.DIRECTORY);
  if (listing < 0) return false;
  try {
    const buffer = Buffer.allocUnsafeSlow(1024);
    const address = c.address(buffer);
    return c.getdents(listing, address, buffer.length) <= DOTS && c.getdents(listing, address, buffer.length) === 0;
  } finally {
    c.close(listing);
  }
}
