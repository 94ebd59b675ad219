import {
  type CloseCommand,
  type CloseResult,
  type FileCommand,
  type FileEffect,
  type FileState,
  isDeleting,
  type LinkId,
  LocalAuthority,
  lockWaiters,
  type OpenId,
} from '@tsmbd/oplock-lease';
import { violationIn } from '@tsmbd/oplock-lease/testing';
import { VirtualClock } from '@tsmbd/smb2-server/testing';
import { fail } from '../violation.ts';
import { Names } from './names.ts';
import { Opens } from './opens.ts';

/**
 * One thing that happens: a client's command, the passing of time, or the arrival of something that
 * is on its way.
 */
export type MachineStep =
  | { readonly do: 'command'; readonly file: string; readonly command: FileCommand }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'deliver'; readonly index: number };

/**
 * Work that the engine would do in a turn of its own: close what is purged, remove what is deleted,
 * ask again.
 */
type Errand =
  | { readonly kind: 'close'; readonly file: string; readonly open: OpenId }
  | { readonly kind: 'deleted'; readonly file: string; readonly link: LinkId }
  | { readonly kind: 'retry'; readonly file: string; readonly waiter: number };

/** [MS-SMB2] 3.3.2.1: how long Windows waits for an acknowledgment. */
const BREAK_TIMEOUT_MS = 35_000;
const DURABLE_TIMEOUT_MS = 60_000;

/**
 * The file state machine with a simulation of the engine around it: timers on a virtual clock, and
 * errands that arrive in whatever order the script says. After every step it checks the states
 * against the specifications, and every effect against what may have caused it.
 */
export class MachineRun {
  readonly clock = new VirtualClock();
  readonly authority: LocalAuthority;
  /** Requests that wait, by their waiter. `lock` is set for those that wait for a range. */
  readonly waiting = new Map<number, { readonly file: string; readonly command: FileCommand }>();
  readonly errands: Errand[] = [];
  readonly opens = new Opens();
  readonly names = new Names();
  /** Breaks whose acknowledgment is awaited, by holder. The value stops the timer. */
  readonly breaks = new Map<string, { readonly file: string; readonly since: number; readonly stop: () => void }>();
  readonly #epochs = new Map<string, { epoch: number; cache: number }>();
  /** The command that is being applied. Effects may come from nothing else. */
  #cause: FileCommand | undefined;

  constructor() {
    this.authority = new LocalAuthority((file, effect) => this.#effect(file, effect));
  }

  step(step: MachineStep): void {
    if (step.do === 'command') {
      if (this.#reaches(step.command) && this.names.reaches(step.file, step.command))
        this.command(step.file, step.command);
    } else if (step.do === 'advance') this.clock.advance(step.ms);
    else this.#deliver(step.index);
    this.check();
  }

  /**
   * Silence: clients send nothing any more. Every break ends when its time is over, every wait ends
   * with it, and then all opens are closed.
   */
  finish(): void {
    for (let left = 1000; this.errands.length > 0 || this.breaks.size > 0; left--) {
      if (left === 0) fail('breaks and waits never end');
      if (this.errands.length > 0) this.#deliver(0);
      else this.clock.advance((this.clock.next ?? this.clock.now) - this.clock.now);
      this.check();
    }
    for (const [waiter, { command }] of this.waiting) {
      if (command.type !== 'lock') fail(`waiter ${waiter} waits for ever`);
    }
    for (const [file, state] of [...this.authority.entries()]) {
      for (const open of [...state.opens.keys()]) this.command(file, { type: 'close', open });
    }
    while (this.errands.length > 0) this.#deliver(0);
    // Requests that asked again were granted; their opens are closed too.
    for (const [file, state] of [...this.authority.entries()]) {
      for (const open of [...state.opens.keys()]) this.command(file, { type: 'close', open });
    }
    this.check();
    if (this.waiting.size > 0) fail(`waiter ${[...this.waiting.keys()][0]} waits for closed opens`);
    if ([...this.authority.entries()].length > 0) fail('a state outlives its opens');
    if (this.breaks.size > 0) fail(`the timer of ${[...this.breaks.keys()][0]} outlives its holder`);
    if (this.clock.pending > 0) fail('a timer outlives its open');
  }

  /**
   * If an open's connection is gone, the open can be used only by a client that comes back for it.
   * An engine sees to that.
   */
  #reaches(command: FileCommand): boolean {
    if (command.type === 'reconnect' || !('open' in command) || typeof command.open !== 'number') return true;
    const open = this.opens.get(command.open);
    return open === undefined || (!open.isDisconnected && !open.isPurged);
  }

  command(file: string, command: FileCommand): void {
    const had = this.authority.peek(file)?.locks.count ?? 0;
    this.#cause = command;
    const result = this.authority.apply(file, command) as unknown;
    this.#cause = undefined;
    this.names.applied(file, command);
    const status = typeof result === 'object' ? (result as { status?: string }).status : result;
    switch (command.type) {
      case 'open':
        if (status === 'granted') {
          this.names.opened(file, command);
          this.opens.opened(file, command);
        }
        break;
      case 'close':
        this.#closed(file, command, result as CloseResult);
        break;
      case 'make-durable':
        if (result === true) this.opens.durable(command);
        break;
      case 'disconnect':
        if (!this.opens.has(command.open)) break;
        if (status === 'close') this.opens.ending(command.open);
        if (status === 'close') this.errands.push({ kind: 'close', file, open: command.open });
        else this.#waitForClient(file, command.open);
        break;
      case 'reconnect':
        if (status === 'reconnected') this.opens.reconnected(command);
        break;
      case 'lock':
        if (status !== 'locked' && (this.authority.peek(file)?.locks.count ?? 0) !== had) fail('a part of a batch');
        break;
      case 'cancel-lock':
      case 'cancel-wait':
        this.waiting.delete(command.waiter);
        break;
    }
    if (!('waiter' in command) || command.waiter === undefined || command.type.startsWith('cancel')) return;
    if (status === 'wait' || status === 'waiting') this.waiting.set(command.waiter, { file, command });
    else this.waiting.delete(command.waiter);
  }

  #closed(file: string, { open, hold }: CloseCommand, result: CloseResult): void {
    this.opens.closed(open);
    this.names.closed(file, open, result, hold === true);
    if (result.deleteNow && hold === true) this.errands.push({ kind: 'deleted', file, link: result.link });
  }

  #waitForClient(file: string, open: OpenId): void {
    const stop = this.clock.timer(DURABLE_TIMEOUT_MS, () => this.command(file, { type: 'close', open }));
    this.opens.disconnected(open, stop);
  }

  #purge(file: string, open: OpenId): void {
    this.opens.purged(open);
    this.errands.push({ kind: 'close', file, open });
  }

  #deliver(index: number): void {
    if (this.errands.length === 0) return;
    const [errand] = this.errands.splice(index % this.errands.length, 1);
    if (errand!.kind === 'close') {
      if (this.opens.has(errand!.open)) this.command(errand!.file, { type: 'close', open: errand!.open });
      return;
    }
    if (errand!.kind === 'deleted') {
      this.command(errand!.file, { type: 'deleted', link: errand!.link });
      return;
    }
    // A request that was withdrawn meanwhile does not ask again.
    const request = this.waiting.get(errand!.waiter);
    if (request !== undefined) this.command(request.file, request.command);
  }

  #effect(file: string, effect: FileEffect): void {
    if (this.#cause === undefined) fail(`${effect.type} without a command`);
    switch (effect.type) {
      case 'break-lease':
      case 'break-oplock': {
        const holder = effect.type === 'break-lease' ? { lease: effect.lease } : { open: effect.open };
        const name = nameOf(holder);
        if (this.breaks.has(name)) fail(`${name} is told twice`);
        if (!effect.acknowledge) return;
        const expire = (): void => this.command(file, { type: 'break-expired', holder });
        this.breaks.set(name, { file, since: this.clock.now, stop: this.clock.timer(BREAK_TIMEOUT_MS, expire) });
        return;
      }
      case 'break-ended': {
        const name = nameOf(effect.holder);
        // The break of an open that waits for its client had no timer: the purge takes its place.
        this.breaks.get(name)?.stop();
        this.breaks.delete(name);
        return;
      }
      case 'purge':
        this.#purge(file, effect.open);
        return;
      case 'retry':
        if (!this.waiting.has(effect.waiter)) fail(`waiter ${effect.waiter}, who does not wait, is to ask again`);
        this.errands.push({ kind: 'retry', file, waiter: effect.waiter });
        return;
      case 'lease-ended':
        this.#epochs.delete(effect.lease);
        return;
      case 'lock-granted':
      case 'lock-ended':
        if (this.waiting.get(effect.waiter)?.command.type !== 'lock') fail(`waiter ${effect.waiter} waits for no lock`);
        this.waiting.delete(effect.waiter);
    }
  }

  /** Checks what must hold between any two steps. */
  check(): void {
    let leases = 0;
    for (const [file, state] of this.authority.entries()) {
      const violation = violationIn(state);
      if (violation !== undefined) fail(`${file}: ${violation}`);
      this.#checkHolders(file, state);
      this.#checkWaits(file, state);
      leases += state.leases.size;
      for (const lease of state.leases.keys()) {
        if (this.authority.leaseFile(lease) !== file) fail(`lease ${lease} is thought elsewhere`);
      }
      for (const id of state.opens.keys()) if (!this.opens.has(id)) fail(`open ${id} was never granted`);
    }
    if (leases === 0 && this.authority.leaseFile('a/1') !== undefined) fail('a lease outlives its opens');
    for (const [name, { since }] of this.breaks) {
      if (this.clock.now - since > BREAK_TIMEOUT_MS) fail(`the break of ${name} does not end`);
    }
  }

  #checkHolders(file: string, state: Readonly<FileState>): void {
    for (const open of state.opens.values()) {
      if (open.breaking !== undefined) this.#checkBreak(file, `open ${open.id}`, () => this.opens.isPurged(open.id));
      const model = this.opens.get(open.id);
      if (
        (open.durable?.disconnected === true && !open.durable.purged) !== model?.isDisconnected &&
        model?.isPurged === false
      )
        fail(`open ${open.id}: waits for its client, or not`);
    }
    for (const lease of state.leases.values()) {
      const name = `lease ${lease.id}`;
      if (lease.breaking !== undefined) {
        this.#checkBreak(file, name, () =>
          [...state.opens.values()].some((open) => open.lease === lease.id && this.opens.isPurged(open.id)),
        );
      }
      const known = this.#epochs.get(lease.id);
      if (known !== undefined) {
        // 16 bits that wrap around. An epoch is older if it is more than half of the range ahead.
        if (((lease.epoch - known.epoch) & 0xffff) > 0x7fff) fail(`${name}: epoch ${known.epoch} then ${lease.epoch}`);
        if ((lease.cache & ~known.cache) !== 0 && lease.epoch === known.epoch) fail(`${name}: more in the same epoch`);
        known.epoch = lease.epoch;
        known.cache = lease.cache;
      } else this.#epochs.set(lease.id, { epoch: lease.epoch, cache: lease.cache });
    }
  }

  /**
   * A break is never waited for without end: its timer runs, or the open that would answer is being
   * closed.
   */
  #checkBreak(file: string, name: string, purging: () => boolean): void {
    if (this.breaks.get(name)?.file === file || purging()) return;
    fail(`nothing ends the break of ${name}`);
  }

  #checkWaits(file: string, state: Readonly<FileState>): void {
    for (const waiter of state.waiting) if (!this.waiting.has(waiter)) fail(`waiter ${waiter} does not wait`);
    for (const { waiter } of lockWaiters(state)) if (!this.waiting.has(waiter)) fail(`waiter ${waiter} wants no lock`);
    if (state.waiting.length === 0) return;
    const breaking = [...state.opens.values(), ...state.leases.values()].some((h) => h.breaking !== undefined);
    if (breaking || isDeleting(state)) return;
    for (const waiter of state.waiting) {
      if (!this.errands.some((e) => e.kind === 'retry' && e.waiter === waiter))
        fail(`${file}: ${waiter} waits for nothing`);
    }
  }
}

function nameOf(holder: { readonly open: OpenId } | { readonly lease: string }): string {
  return 'lease' in holder ? `lease ${holder.lease}` : `open ${holder.open}`;
}
