import type { ChangeCommand, FileEffect, Outcome } from './commands.ts';
import { breakTo, type Holder, holdersOf, isLease, remaining, stopWaiting, waitOn } from './holders.ts';
import { CacheBits, type FileState } from './state.ts';

const { NONE, READ, HANDLE, WRITE } = CacheBits;

/**
 * `wait`: some holder caches the handle, and has to close it or say that it will not. The request
 * asks again then.
 */
export type ChangeResult = 'go' | 'wait';

/**
 * What an operation other than an open breaks. [MS-FSA] 2.1.4.12: when bytes change, nobody keeps
 * anything cached. When a name changes or is removed, handles are no longer cached. When a
 * directory's entries change, the directory is no longer cached.
 */
export function applyChange(file: FileState, command: ChangeCommand): Outcome<ChangeResult> {
  const effects: FileEffect[] = [];
  let wait = false;
  for (const holder of holdersOf(file)) {
    if (!concerns(file, holder, command)) continue;
    const strip = command.what === 'name' ? HANDLE : READ | HANDLE | WRITE;
    const { cache } = holder.state;
    const required = remaining(holder, strip);
    if ((cache & ~required) === 0) continue;
    breakTo(holder, required, effects);
    if (command.what === 'name' || (cache & WRITE) !== 0) wait = true;
  }
  if (!wait || command.waiter === undefined) {
    if (command.waiter !== undefined) stopWaiting(file, command.waiter);
    return { result: 'go', effects };
  }
  waitOn(file, command.waiter);
  return { result: 'wait', effects };
}

/** True when a change affects what somebody caches, so that `change` would do something. */
export function changeBreaks(file: Readonly<FileState>, command: Omit<ChangeCommand, 'type'>): boolean {
  // This is called for every WRITE, so it makes no lists.
  for (const state of file.opens.values()) {
    if (state.cache !== NONE && concerns(file, { kind: 'oplock', state }, command)) return true;
  }
  for (const state of file.leases.values()) {
    if (state.cache !== NONE && concerns(file, { kind: 'lease', state }, command)) return true;
  }
  return false;
}

function concerns(file: Readonly<FileState>, holder: Holder, command: Omit<ChangeCommand, 'type'>): boolean {
  const own = command.open === undefined ? undefined : file.opens.get(command.open);
  switch (command.what) {
    case 'data':
      // A level II oplock ends with any write, even with one through its own open. A lease ends
      // only with writes through opens of others.
      if (holder.kind === 'oplock') {
        return holder.state.id !== own?.id || (command.isOver !== true && (holder.state.cache & WRITE) === 0);
      }
      return holder.state.id !== own?.lease;
    case 'name':
      if ((holder.state.cache & HANDLE) === 0) return false;
      return holder.kind === 'oplock' ? holder.state.id !== own?.id : holder.state.id !== own?.lease;
    case 'entries':
      return holder.kind === 'lease' && !isLease(holder, command.parentLease);
  }
}
