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
