import { ioAllowed } from '@tsmbd/oplock-lease';
import { NtStatus } from '@tsmbd/smb2-codec';
import { StatusError } from '../errors.ts';
import type { Engine, FileOpen } from '../model/index.ts';
import { isLockedLocally } from './system-locks.ts';

/** Throws STATUS_FILE_LOCK_CONFLICT if a lock keeps the open from these bytes. [MS-FSA] 2.1.4.10 */
export function requireUnlocked(server: Engine, open: FileOpen, offset: bigint, length: bigint, write: boolean): void {
  const state = server.authority.peek(open.key);
  if (state !== undefined && state.locks.count > 0 && !ioAllowed(state, open.id, offset, length, write)) {
    throw new StatusError(NtStatus.STATUS_FILE_LOCK_CONFLICT, 'range is locked');
  }
  if (isLockedLocally(state, open, offset, length, write)) {
    throw new StatusError(NtStatus.STATUS_FILE_LOCK_CONFLICT, 'a local program has locked the range');
  }
}
