import type { Connection, MessageObserver } from '@tsmbd/smb2-server';
import { unmapped } from '../capture/synthetic-tcp.ts';
import type { FromWorker } from './messages.ts';

/** Bytes that the main thread may have to write still. Messages beyond that are left out. */
const MAX_UNTAKEN = 32 << 20;

/** Sends the messages of one client to the main thread, which writes them to the capture's file. */
export class Observer implements MessageObserver {
  readonly #post: (message: FromWorker, moved: ArrayBuffer[]) => void;
  #client = '';
  #untaken = 0;

  constructor(post: (message: FromWorker, moved: ArrayBuffer[]) => void) {
    this.#post = post;
  }

  /** The observer of this client; undefined for no client. */
  of(client: string | undefined): Observer | undefined {
    if (client === undefined) return undefined;
    this.#client = client;
    return this;
  }

  message(connection: Connection, fromClient: boolean, bytes: Uint8Array, wasProtected: boolean): void {
    const { remoteAddress, remotePort, localAddress } = connection.transport;
    if (unmapped(remoteAddress) !== this.#client) return;
    // Of what is left out, the main thread learns the length.
    const copy = this.#untaken > MAX_UNTAKEN ? new Uint8Array(0) : bytes.slice();
    this.#untaken += copy.length;
    this.#post(
      {
        type: 'message',
        connection: { id: connection.id, remoteAddress, remotePort, localAddress },
        fromClient,
        bytes: copy,
        length: bytes.length,
        wasProtected,
      },
      [copy.buffer],
    );
  }

  /** The main thread has taken so many bytes. */
  taken(bytes: number): void {
    this.#untaken -= bytes;
  }
}
