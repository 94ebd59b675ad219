import type { FileCommand, OpenId } from '@tsmbd/oplock-lease';
import { fail } from '../violation.ts';

type Named<T extends FileCommand['type']> = Extract<FileCommand, { type: T }>;

interface KnownOpen {
  readonly file: string;
  readonly lease: string | undefined;
  durable: Named<'make-durable'> | undefined;
  isDisconnected: boolean;
  isPurged: boolean;
  stop: (() => void) | undefined;
}

/**
 * Keeps its own account of opens, without trusting the machine: which client may come back for
 * which open.
 */
export class Opens {
  readonly #opens = new Map<OpenId, KnownOpen>();

  has(id: OpenId): boolean {
    return this.#opens.has(id);
  }

  get(id: OpenId): Readonly<KnownOpen> | undefined {
    return this.#opens.get(id);
  }

  isPurged(id: OpenId): boolean {
    return this.#opens.get(id)?.isPurged === true;
  }

  opened(file: string, { open, lease }: Named<'open'>): void {
    const more = { durable: undefined, isDisconnected: false, isPurged: false, stop: undefined };
    this.#opens.set(open, { file, lease: lease?.id, ...more });
  }

  closed(id: OpenId): void {
    this.#opens.get(id)?.stop?.();
    this.#opens.delete(id);
  }

  durable(command: Named<'make-durable'>): void {
    const open = this.#opens.get(command.open);
    if (open === undefined) fail(`open ${command.open}, which is not there, was made durable`);
    open.durable = command;
  }

  disconnected(id: OpenId, stop: () => void): void {
    const open = this.#opens.get(id);
    if (open?.durable === undefined) fail(`open ${id} is not durable and was kept`);
    open.stop?.();
    open.isDisconnected = true;
    open.stop = stop;
  }

  /**
   * The open's connection has gone and the open does not wait for its client: it is being closed.
   */
  ending(id: OpenId): void {
    const open = this.#opens.get(id);
    if (open === undefined) fail(`open ${id} is not there and ends`);
    open.isPurged = true;
    open.stop?.();
    open.stop = undefined;
  }

  purged(id: OpenId): void {
    const open = this.#opens.get(id);
    if (open === undefined || !open.isDisconnected) fail(`open ${id} does not wait and was purged`);
    if (open.isPurged) fail(`open ${id} was purged twice`);
    open.isPurged = true;
    open.stop?.();
    open.stop = undefined;
  }

  /** [MS-SMB2] 3.3.5.9.7, 3.3.5.9.12 */
  reconnected({ open: id, owner, client, createGuid, lease }: Named<'reconnect'>): void {
    const open = this.#opens.get(id);
    if (open === undefined) fail(`open ${id} is gone and came back`);
    if (open.isPurged) fail(`open ${id} was purged and came back`);
    if (!open.isDisconnected) fail(`open ${id} was reclaimed from its client`);
    const { durable } = open;
    if (durable === undefined || durable.owner !== owner) fail(`open ${id} came back to another user`);
    if (open.lease !== lease) fail(`open ${id} came back with another lease`);
    if (lease !== undefined && durable.client !== client) fail(`open ${id} came back to another client`);
    if (createGuid !== undefined && durable.createGuid !== createGuid) fail(`open ${id} by another CreateGuid`);
    open.isDisconnected = false;
    open.stop?.();
    open.stop = undefined;
  }
}
