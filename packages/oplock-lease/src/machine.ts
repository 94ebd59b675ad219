import { applyClose, applySetDeletePending, type CloseResult } from './close.ts';
import { applyCancelLock, applyLock, applyUnlock, type LockResult } from './lock.ts';
import { applyOpen, type OpenResult } from './open.ts';
import { applyBreakEnd, applyModify } from './oplock.ts';
import type { FileState, LockRange, OpenId, OplockLevel } from './state.ts';

/** What can be asked of one file's state. */
export type FileCommand =
  | BreakEndCommand
  | ModifyCommand
  | CancelOpenCommand
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
  /** The oplock that the client would like. */
  readonly oplock: OplockLevel;
  /** Wants metadata alone. */
  readonly statOnly: boolean;
  /** Would empty the file. */
  readonly overwrites: boolean;
  /** Names the request if it has to wait for a break. */
  readonly waiter: number;
}

/** A break ends: the holder acknowledged, or its time is over. [MS-SMB2] 3.3.5.22.1, 3.3.6.1 */
export interface BreakEndCommand {
  readonly type: 'break-end';
  readonly open: OpenId;
  /** What the holder keeps; undefined when it did not answer: what it was told to keep. */
  readonly level: OplockLevel | undefined;
}

/** The file's bytes change through `open`: whoever else caches reads is told. [MS-FSA] 2.1.5.4, 2.1.5.8 */
export interface ModifyCommand {
  readonly type: 'modify';
  readonly open: OpenId;
}

/** The waiting open is withdrawn. */
export interface CancelOpenCommand {
  readonly type: 'cancel-open';
  readonly waiter: number;
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
  | { readonly type: 'lock-ended'; readonly waiter: number }
  /** Tell the holder of an oplock what it may keep; with `acknowledge`, and start the timer of the break. */
  | { readonly type: 'break'; readonly open: OpenId; readonly to: OplockLevel; readonly acknowledge: boolean }
  /** The break of `open` is over: stop its timer. */
  | { readonly type: 'break-ended'; readonly open: OpenId }
  /** A waiting open asks again now. */
  | { readonly type: 'retry-open'; readonly waiter: number };

/** The result that belongs to each command. */
export type ResultOf<C extends FileCommand> = C extends OpenCommand
  ? OpenResult
  : C extends BreakEndCommand
    ? 'ended' | 'not-breaking' | 'not-allowed'
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
      return applyOpen(state, command);
    case 'break-end':
      return applyBreakEnd(state, command);
    case 'modify':
      return applyModify(state, command);
    case 'cancel-open':
      state.waitingOpens = state.waitingOpens.filter((w) => w !== command.waiter);
      return { result: 'done', effects: NONE };
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
