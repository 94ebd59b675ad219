import { Socket, type SocketConstructorOpts } from 'node:net';
import { BufferPool } from './buffer-pool.ts';
import type { Writers } from './outbox.ts';
import { SocketConnection } from './socket-connection.ts';
import { Sweeper } from './sweeper.ts';
import { limitsOf, type TransportConnection, type TransportLimits } from './transport.ts';

/** What connections of one thread share. */
export interface AdoptOptions extends TransportLimits, Writers {
  readonly pool?: BufferPool;
}

/**
 * Returns a function that makes a connection of a descriptor which another thread has accepted. The
 * descriptor belongs to the connection from then on. Throws the system's error if it is none of a
 * socket. Set `onMessage` and `onClose` before returning to the event loop.
 */
export function adopter(options: AdoptOptions = {}): (descriptor: number) => TransportConnection {
  const limits = limitsOf(options);
  const pool = options.pool ?? new BufferPool();
  const sweeper = new Sweeper();
  return (descriptor) => {
    const connection = new SocketConnection(
      (onread) =>
        new Socket({
          fd: descriptor,
          onread,
          pauseOnCreate: true,
          readable: true,
          writable: true,
        } as unknown as SocketConstructorOpts),
      pool,
      limits,
      performance.now(),
      options,
    );
    sweeper.add(connection);
    connection.whenClosed = () => sweeper.delete(connection);
    // The caller sets its callbacks in this turn; reading begins after it.
    connection.begin(() => {});
    return connection;
  };
}
