import { connect as netConnect } from 'node:net';
import { BufferPool } from './buffer-pool.ts';
import type { Writers } from './outbox.ts';
import { SocketConnection } from './socket-connection.ts';
import { limitsOf, type TransportConnection, type TransportLimits } from './transport.ts';

export interface ConnectOptions extends TransportLimits, Writers {
  readonly host: string;
  readonly port: number;
  readonly pool?: BufferPool;
}

/**
 * Connects to a server. Set `onMessage` and `onClose` right after the await. Rejects with the
 * system's error. A client knows which server it talks to, so unless `options` say otherwise,
 * messages may be as long as the length prefix allows.
 */
export function connect(options: ConnectOptions): Promise<TransportConnection> {
  const limits = limitsOf({ maxMessageSize: 0xffffff, firstMessageTimeoutMs: Number.POSITIVE_INFINITY, ...options });
  const { host, port } = options;
  return new Promise((resolve, reject) => {
    const connection = new SocketConnection(
      (onread) => {
        const socket = netConnect({ host, port, onread: { buffer: onread.buffer, callback: onread.callback } });
        socket.once('error', reject);
        socket.once('connect', () => {
          socket.off('error', reject);
          // The caller sets its callbacks in a microtask; reading begins after that.
          connection.begin(() => resolve(connection));
        });
        return socket;
      },
      options.pool ?? new BufferPool(),
      limits,
      performance.now(),
      options,
    );
  });
}
