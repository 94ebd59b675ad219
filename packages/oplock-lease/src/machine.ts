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

/** Applies one command to `state`, in place, and says what comes of it. Never waits, reads no clock. */
export function apply<C extends FileCommand>(state: FileState, command: C): Outcome<ResultOf<C>> {
  const outcome = run(state, command) as Outcome<ResultOf<C>>;
  return outcome.effects.length === 0 ? outcome : { result: outcome.result, effects: purging(state, outcome.effects) };
}

/** A break that nobody is there to answer takes the durable opens that it concerns. [MS-SMB2] 3.3.4.6, 3.3.4.7 */
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
