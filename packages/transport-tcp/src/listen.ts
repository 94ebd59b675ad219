import { type AddressInfo, createServer, Socket, type SocketConstructorOpts } from 'node:net';
import { BufferPool } from './buffer-pool.ts';
import { type OpenSocket, SocketConnection } from './socket-connection.ts';
import { limitsOf, type TransportConnection, type TransportLimits } from './transport.ts';

export interface ListenOptions extends TransportLimits {
  /** Address to listen on, `::` for all. */
  readonly host: string;
  /** 445, or 0 for one that is free. */
  readonly port: number;
  readonly onConnection: (connection: TransportConnection) => void;
  /**
   * Lets several threads or processes listen on one port; the kernel spreads connections over them.
   */
  readonly reusePort?: boolean;
  /** Connections above this are closed at once. Default 1024. */
  readonly maxConnections?: number;
  /** Connections of one address above this are closed at once. Default 128. */
  readonly maxConnectionsPerAddress?: number;
  /** The pool of receive buffers, where several listeners of a thread share one. */
  readonly pool?: BufferPool;
  /** Which addresses count as one client's; default each by itself. */
  readonly groupOf?: (address: string) => string;
  /**
   * Asked when a limit is reached, of one client (its group) or of all: true when a connection is
   * closed for the new one. Default: the new one is not let in.
   */
  readonly makeRoom?: (group: string | undefined) => boolean;
  /** Told why a connection was not let in. */
  readonly onRefused?: (address: string, reason: string) => void;
}

export interface Listener {
  readonly address: string;
  readonly port: number;
  /** Stops listening. Connections live on; they are their owner's to close. */
  close(): Promise<void>;
}

/**
 * Listens for TCP connections that carry messages, [MS-SMB2] 2.1. Rejects with the system's error.
 */
export function listen(options: ListenOptions): Promise<Listener> {
  const limits = limitsOf(options);
  const pool = options.pool ?? new BufferPool();
  const connections = new Set<SocketConnection>();
  const perAddress = new Map<string, number>();

  const accept = (accepted: Socket): void => {
    const address = accepted.remoteAddress ?? '';
    const group = options.groupOf?.(address) ?? address;
    const count = perAddress.get(group) ?? 0;
    const refusal = refuse(options, group, connections.size, count);
    if (refusal !== undefined || address === '') {
      accepted.destroy();
      options.onRefused?.(address, refusal ?? 'gone already');
      return;
    }
    const connection = new SocketConnection(rewrap(accepted), pool, limits, performance.now());
    connections.add(connection);
    perAddress.set(group, count + 1);
    connection.whenClosed = () => {
      connections.delete(connection);
      const left = perAddress.get(group)! - 1;
      if (left > 0) perAddress.set(group, left);
      else perAddress.delete(group);
    };
    connection.begin(() => options.onConnection(connection));
  };

  const server = createServer({ pauseOnConnect: true }, accept);
  const sweeper = setInterval(() => {
    const now = performance.now();
    for (const connection of connections) connection.sweep(now);
    if (!server.listening && connections.size === 0) clearInterval(sweeper);
  }, SWEEP_MS);
  sweeper.unref();

  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      clearInterval(sweeper);
      reject(error);
    });
    const { host, port, reusePort = false } = options;
    server.listen({ host, port, reusePort, backlog: BACKLOG }, () => {
      server.removeAllListeners('error');
      // An accept that fails (too many open files) is tried again with the next connection.
      server.on('error', (error) => options.onRefused?.('', error.message));
      const bound = server.address() as AddressInfo;
      resolve({
        address: bound.address,
        port: bound.port,
        close: () => new Promise((done) => server.close(() => done())),
      });
    });
  });
}

/** Why a connection is not let in, or undefined when it is. */
function refuse(options: ListenOptions, group: string, total: number, ofGroup: number): string | undefined {
  const { maxConnections = 1024, maxConnectionsPerAddress = 128, makeRoom = () => false } = options;
  // Room within the group is room within the total.
  if (ofGroup >= maxConnectionsPerAddress)
    return makeRoom(group) ? undefined : `${ofGroup} connections of this address`;
  if (total >= maxConnections && !makeRoom(undefined)) return `${total} connections, at most ${maxConnections}`;
  return undefined;
}

/**
 * Moves an accepted connection into a socket that reads into our buffers: node offers `onread` only
 * where a socket is made, and a server makes its sockets itself. The empty one is destroyed, which
 * tells the server that it is gone.
 */
function rewrap(accepted: Socket): OpenSocket {
  const holder = accepted as unknown as { _handle: unknown };
  const handle = holder._handle;
  holder._handle = null;
  accepted.destroy();
  return (onread) =>
    new Socket({
      handle,
      onread,
      pauseOnCreate: true,
      readable: true,
      writable: true,
    } as unknown as SocketConstructorOpts);
}

/** How often limits on time are looked at. */
const SWEEP_MS = 5_000;
const BACKLOG = 1024;
