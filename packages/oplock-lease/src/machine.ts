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
 * The machine of one file: what is said of it, and what each command does.
 *
 * An **open** (`OpenState`) is what a CREATE made: its granted access, what it shares, the name
 * that it was made by, its locks. Two opens stand beside each other when neither has what the other
 * does not share. [MS-FSA] 2.1.5.1.2.2
 *
 * A **holder** (`CacheHolder`) is what a client may cache by: an open with an oplock, or a lease
 * with all its opens. It holds up to three rights: to cache reads (R), the handle (H) and writes
 * (W). A level II oplock is R, an exclusive one RW, a batch one RWH.
 *
 * A **break** (`CacheBreak`) asks a holder to come down to fewer rights. R alone is taken without
 * asking. What has H or W is told, and keeps what it has until it answers (`acknowledge`) or its
 * time is over (`break-expired`). What others want of it meanwhile is remembered, and asked for
 * next.
 *
 * A **wait** is a request that a holder stands in the way of. The engine names it (`waiter`), and
 * keeps it; the machine keeps the name in the order of coming. When a break ends, everybody who
 * waits is told to ask again (`retry`), by the same name. Until a request has asked again, nothing
 * that it waits for is granted anew, so that nobody starves.
 *
 * | command | result, and when | effects |
 * | --- | --- | --- |
 * | `open` | `delete-pending`: its name is to go · `sharing-violation`: another open or a stream's stands against it, and nobody caches a handle · `unavailable`: a persistent open waits for its client · `wait`: a holder has to give up W, or H first where the file is to be deleted or cannot be shared · else `granted` with what it may cache | breaks of all holders but its own lease |
 * | `change` data, name, entries | `wait`: somebody caches writes (data) or the handle (name), and the request can wait · else `go` | breaks: of everything (data, entries), of H (name) |
 * | `acknowledge` | `not-breaking`, `unknown`, `not-allowed`: more than was offered · else `ended` | `break-ended`, the next break, `retry` |
 * | `break-expired` | `done`: the holder caches nothing any more | as above |
 * | `cancel-wait` | `done` | |
 * | `close` | which name goes now, if any: the last open of a name that is to be deleted, or a stream's | `retry`, `lock-granted`, `lock-ended`, `lease-ended` |
 * | `open-stream`, `close-stream` | what a file knows of opens of its streams | as for `close` |
 * | `deleted`, `link-gone` | `done`: the name that a close told of is gone, or could not go | |
 * | `set-link`, `move-link` | names of opens follow the file's | |
 * | `set-delete-pending`, `set-delete-on-close` | the name that the open was made by is to go, now or when it closes | |
 * | `lock` | `locked` · `waiting` · `not-granted`, where it cannot wait · `invalid-range` · `too-many` | |
 * | `unlock`, `cancel-lock` | `unlocked` · `not-locked` | `lock-granted` for those whose range is free |
 * | `make-durable` | false: it caches no handle, and is to be durable only | |
 * | `disconnect` | `kept`: it waits for its client · `close` | `purge` of others under the same lease |
 * | `reconnect` | `reconnected` · `not-found` · `access-denied`: another user's | |
 * | `restore` | the open, its lease and locks are there as a server before kept them | |
 *
 * A break whose holder has no connection left takes its durable opens (`purge`) instead of asking.
 */

/**
 * Applies one command to `state`, in place, and says what comes of it. Never waits, reads no clock.
 */
export function apply<C extends FileCommand>(state: FileState, command: C): Outcome<ResultOf<C>> {
  const outcome = run(state, command) as Outcome<ResultOf<C>>;
  return outcome.effects.length === 0 ? outcome : { result: outcome.result, effects: purging(state, outcome.effects) };
}

/**
 * A break that nobody is there to answer takes the durable opens that it concerns. [MS-SMB2]
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
