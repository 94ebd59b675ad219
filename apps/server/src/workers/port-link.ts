import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { WorkerLink } from '@tsmbd/smb2-server';
import type { WorkerStart } from './messages.ts';

/** Reaches the other workers over message ports. */
export class PortLink implements WorkerLink {
  readonly own: number;
  readonly count: number;
  readonly memory: SharedArrayBuffer;
  onMessage: (from: number, message: unknown) => void = () => {};
  onGone: (worker: number) => void = () => {};
  readonly #ports = new Map<number, MessagePort>();

  constructor({ own, count, memory }: Pick<WorkerStart, 'own' | 'count' | 'memory'>) {
    this.own = own;
    this.count = count;
    this.memory = memory;
  }

  post(to: number, message: unknown, moved: readonly ArrayBuffer[]): void {
    this.#ports.get(to)?.postMessage(message, [...moved]);
  }

  reaches(worker: number): boolean {
    return this.#ports.has(worker);
  }

  /** The other worker can be reached by this port. It answers when it is up. */
  connect(worker: number, port: MessagePort): void {
    this.#ports.set(worker, port);
    port.on('message', (message: unknown) => this.onMessage(worker, message));
  }

  gone(worker: number): void {
    const port = this.#ports.get(worker);
    // What the other worker said before it died counts: its clients may have been answered since.
    let last = port && receiveMessageOnPort(port);
    for (; last !== undefined; last = receiveMessageOnPort(port!)) this.onMessage(worker, last.message);
    port?.close();
    this.#ports.delete(worker);
    this.onGone(worker);
  }
}
