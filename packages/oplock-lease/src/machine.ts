import { applyAcknowledge, applyBreakExpired } from './break-end.ts';
import { applyChange } from './change.ts';
import { applyClose, applyDeleted, applySetDeleteOnClose } from './close.ts';
import type { FileCommand, FileEffect, Outcome, ResultOf } from './commands.ts';
import {
  applyDisconnect,
  applyMakeDurable,
  applyReconnect,
  applyRestore,
  isUnattended,
  purgeEffects,
} from './durable.ts';
import { holderNamed, stopWaiting } from './holders.ts';
import { applyLinkGone, applyMoveLink, applySetDeletePending, applySetLink } from './links.ts';
import { applyCancelLock, applyLock, applyUnlock } from './lock.ts';
import { applyOpen } from './open.ts';
import type { FileState } from './state.ts';
import { applyCloseStream, applyOpenStream } from './stream.ts';

/*
 * The state machine of one file: its terms, and what each command does.
 *
 * An **open** (`OpenState`) is what a CREATE made: its granted access, its share access, the name
 * through which it was made, its locks. Two opens can exist beside each other when neither has a
 * right that the other does not share. [MS-FSA] 2.1.5.1.2.2
 *
 * A **holder** (`CacheHolder`) holds a client's caching rights. It is an open with an oplock, or a
 * lease with all its opens. It holds up to three rights: to cache reads (R), the handle (H) and
 * writes (W). A level II oplock is R, an exclusive one RW, a batch one RWH.
 *
 * A **break** (`CacheBreak`) asks a holder to come down to fewer rights. If the holder has only R,
 * this is taken without asking. A holder with H or W is told, and keeps what it has until it
 * acknowledges (`acknowledge`) or until its time is over (`break-expired`). If others want it to
 * give up more meanwhile, this is remembered and asked for next.
 *
 * A **wait** is a request that has a holder in its way. The engine gives the request a number
 * (`waiter`) and keeps the request. The machine keeps the numbers in the order in which the
 * requests came. When a break ends, all waiting requests are told to ask again (`retry`), under the
 * same number. Until a request has asked again, nothing that it waits for is granted to others, so
 * that no request starves.
 *
 * | command | result, and when | effects |
 * | --- | --- | --- |
 * | `open` | `delete-pending`: its name is to be deleted · `sharing-violation`: it conflicts with another open or with an open of a stream, and nobody caches a handle · `unavailable`: a persistent open waits for its client · `wait`: a holder has to give up W first, or H if the file is to be deleted or cannot be shared · otherwise `granted` with what it may cache | breaks of all holders except its own lease |
 * | `change` data, name, entries | `wait`: a holder caches writes (data) or the handle (name), and the request can wait · otherwise `go` | breaks: of everything (data, entries), of H (name) |
 * | `acknowledge` | `not-breaking`, `unknown`, `not-allowed`: it wants to keep more than was offered · otherwise `ended` | `break-ended`, the next break, `retry` |
 * | `break-expired` | `done`: the holder caches nothing any more | as above |
 * | `cancel-wait` | `done` | |
 * | `close` | which name has to be deleted now, if any, because its last open is gone: a name of the file, or a stream's | `retry`, `lock-granted`, `lock-ended`, `lease-ended` |
 * | `open-stream`, `close-stream` | update what a file knows about opens of its streams | as for `close` |
 * | `deleted`, `link-gone` | `done`: the name that a close reported is gone, or could not be deleted | |
 * | `set-link`, `move-link` | the names of opens follow the file's names | |
 * | `set-delete-pending`, `set-delete-on-close` | the name through which the open was made is to be deleted, from now on or when it closes | |
 * | `lock` | `locked` · `waiting` · `not-granted`: it cannot wait · `invalid-range` · `too-many` | |
 * | `unlock`, `cancel-lock` | `unlocked` · `not-locked` | `lock-granted` for waiting requests whose range is free now |
 * | `make-durable` | false: the open caches no handle, and asks only to be durable | |
 * | `disconnect` | `kept`: the open waits for its client · `close` | `purge` of others under the same lease |
 * | `reconnect` | `reconnected` · `not-found` · `access-denied`: the open belongs to another user | |
 * | `restore` | the open, its lease and its locks are there again, as an earlier run of the server stored them | |
 *
 * If a holder has no connection left, a break closes its durable opens (`purge`) instead of asking.
 */

/**
 * Applies one command to `state`, in place, and returns the result and the effects. Never waits,
 * and reads no clock.
 */
export function apply<C extends FileCommand>(state: FileState, command: C): Outcome<ResultOf<C>> {
  const outcome = run(state, command) as Outcome<ResultOf<C>>;
  return outcome.effects.length === 0 ? outcome : { result: outcome.result, effects: purging(state, outcome.effects) };
}

/**
 * If nobody is there to answer a break, the durable opens that it concerns are closed. [MS-SMB2]
 * 3.3.4.6, 3.3.4.7
 */
function purging(state: FileState, effects: readonly FileEffect[]): readonly FileEffect[] {
  return effects.flatMap((effect) => {
    if ((effect.type !== 'break-oplock' && effect.type !== 'break-lease') || !effect.acknowledge) return [effect];
    const holder = holderNamed(state, effect.type === 'break-lease' ? { lease: effect.lease } : { open: effect.open });
    if (holder === undefined || !isUnattended(state, holder)) return [effect];
    const purged = purgeEffects(state, holder);
    if (purged.length === 0) return [effect];
    holder.state.breaking!.untold = true;
    return purged;
  });
}

function run(state: FileState, command: FileCommand): Outcome<unknown> {
  switch (command.type) {
    case 'open':
      return applyOpen(state, command);
    case 'acknowledge':
      return applyAcknowledge(state, command);
    case 'break-expired':
      return applyBreakExpired(state, command);
    case 'change':
      return applyChange(state, command);
    case 'cancel-wait':
      stopWaiting(state, command.waiter);
      return { result: 'done', effects: NONE };
    case 'close':
      return applyClose(state, command);
    case 'open-stream':
      return { result: applyOpenStream(state, command), effects: NONE };
    case 'close-stream':
      return applyCloseStream(state, command);
    case 'deleted':
      return applyDeleted(state, command.link ?? '');
    case 'link-gone':
      applyLinkGone(state, command.link);
      return { result: 'done', effects: NONE };
    case 'set-link':
      return { result: applySetLink(state, command), effects: NONE };
    case 'move-link':
      applyMoveLink(state, command.from, command.to);
      return { result: 'done', effects: NONE };
    case 'set-delete-on-close':
      applySetDeleteOnClose(state, command);
      return { result: 'done', effects: NONE };
    case 'set-delete-pending':
      applySetDeletePending(state, command);
      return { result: 'done', effects: NONE };
    case 'lock':
      return { result: applyLock(state, command), effects: NONE };
    case 'unlock':
      return applyUnlock(state, command);
    case 'cancel-lock':
      return applyCancelLock(state, command);
    case 'make-durable':
      return { result: applyMakeDurable(state, command), effects: NONE };
    case 'disconnect':
      return applyDisconnect(state, command);
    case 'reconnect':
      return { result: applyReconnect(state, command), effects: NONE };
    case 'restore':
      applyRestore(state, command);
      return { result: 'done', effects: NONE };
  }
}

const NONE: readonly FileEffect[] = [];
