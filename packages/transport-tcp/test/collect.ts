import type { TransportConnection } from '../src/index.ts';

/** The next `count` messages, copied. */
export function collect(connection: TransportConnection, count: number): Promise<Uint8Array[]> {
  const messages: Uint8Array[] = [];
  return new Promise((resolve, reject) => {
    connection.onClose = (reason) => reject(new Error(reason));
    connection.onMessage = (bytes, release) => {
      messages.push(bytes.slice());
      release();
      if (messages.length === count) resolve(messages);
    };
  });
}
