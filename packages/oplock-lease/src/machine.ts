import { applyClose, applySetDeletePending, type CloseResult } from './close.ts';
import { applyCancelLock, applyLock, applyUnlock, type LockResult } from './lock.ts';
import { applyOpen, type OpenResult } from './open.ts';
import type { FileState, LockRange, OpenId } from './state.ts';

/** What can be asked of one file's state. */
export type FileCommand =
  | OpenCommand
  | CloseCommand
  | SetDeletePendingCommand
  | LockCommand
  | UnlockCommand
  | CancelLockCommand;

/** May this open happen beside those that exist? [MS-FSA] 2.1.5.1.2 */
export interface OpenCommand {
  readonly type: 'open';
  readonly open: OpenId;
  /** Access that would be granted. */
  readonly access: number;
  /** ShareAccess of the request. */
  readonly share: number;
  readonly deleteOnClose: boolean;
}

export interface CloseCommand {
  readonly type: 'close';
  readonly open: OpenId;
}

/** FileDispositionInformation, [MS-FSA] 2.1.5.15.3. */
export interface SetDeletePendingCommand {
  readonly type: 'set-delete-pending';
  readonly open: OpenId;
  readonly deletePending: boolean;
}

/** All ranges or none. [MS-SMB2] 3.3.5.14.2 */
export interface LockCommand {
  readonly type: 'lock';
  readonly open: OpenId;
  readonly ranges: readonly LockRange[];
  /** Names the request if it has to wait; undefined: fail immediately. Only a single range waits. */
  readonly waiter: number | undefined;
}

/** [MS-SMB2] 3.3.5.14.1 */
export interface UnlockCommand {
  readonly type: 'unlock';
  readonly open: OpenId;
  readonly ranges: readonly { readonly offset: bigint; readonly length: bigint }[];
}

/** The waiting request is withdrawn. */
export interface CancelLockCommand {
  readonly type: 'cancel-lock';
  readonly waiter: number;
}

/** What the engine does now, in order. */
export type FileEffect =
  /** A waiting lock request was granted. */
  | { readonly type: 'lock-granted'; readonly waiter: number }
  /** A waiting lock request ends without a lock: its open was closed. */
  | { readonly type: 'lock-ended'; readonly waiter: number };

/** The result that belongs to each command. */
export type ResultOf<C extends FileCommand> = C extends OpenCommand
  ? OpenResult
  : C extends CloseCommand
    ? CloseResult
    : C extends LockCommand
      ? LockResult
      : C extends UnlockCommand
        ? 'unlocked' | 'not-locked'
        : C extends CancelLockCommand
          ? boolean
          : 'done';

export interface Outcome<R> {
  readonly result: R;
  readonly effects: readonly FileEffect[];
}

/** Applies one command to `state`, in place, and says what comes of it. Never waits, reads no clock. */
export function apply<C extends FileCommand>(state: FileState, command: C): Outcome<ResultOf<C>> {
  return run(state, command) as Outcome<ResultOf<C>>;
}

function run(state: FileState, command: FileCommand): Outcome<unknown> {
  switch (command.type) {
    case 'open':
      return { result: applyOpen(state, command), effects: NONE };
    case 'close':
      return applyClose(state, command);
    case 'set-delete-pending':
      applySetDeletePending(state, command);
      return { result: 'done', effects: NONE };
    case 'lock':
      return { result: applyLock(state, command), effects: NONE };
    case 'unlock':
      return applyUnlock(state, command);
    case 'cancel-lock':
      return applyCancelLock(state, command);
  }
}

const NONE: readonly FileEffect[] = [];
