import { connect, type TransportConnection } from '@tsmbd/transport-tcp';
import { Field, HEADER, Operation, PREFIX } from './protocol.ts';

/** A connection to the floor program. Requests may be sent without waiting for earlier answers. */
export class FloorClient {
  readonly #transport: TransportConnection;
  readonly #waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];

  private constructor(transport: TransportConnection) {
    this.#transport = transport;
    transport.onMessage = (_message, release) => {
      release();
      this.#waiting.shift()?.resolve();
    };
    transport.onClose = (reason) => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error(`connection closed: ${reason}`));
    };
  }

  static async connect(port: number): Promise<FloorClient> {
    return new FloorClient(await connect({ host: '127.0.0.1', port }));
  }

  /** Reads and drops the bytes. */
  read(file: number, offset: number, length: number): Promise<void> {
    return this.#send([this.#header(Operation.READ, file, offset, length)]);
  }

  write(file: number, offset: number, data: Uint8Array): Promise<void> {
    return this.#send([this.#header(Operation.WRITE, file, offset, data.length), data]);
  }

  close(): void {
    this.#transport.close('done');
  }

  #header(operation: number, file: number, offset: number, length: number): Uint8Array {
    const frame = new Uint8Array(PREFIX + HEADER);
    const fields = new DataView(frame.buffer, PREFIX);
    fields.setUint32(Field.OPERATION, operation, true);
    fields.setUint32(Field.FILE, file, true);
    fields.setUint32(Field.LENGTH, length, true);
    fields.setFloat64(Field.OFFSET, offset, true);
    return frame;
  }

  #send(segments: readonly Uint8Array[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#transport.send(segments);
    });
  }
}
