import { type AddressInfo, createServer, Socket, type SocketConstructorOpts } from 'node:net';
import { BufferPool } from './buffer-pool.ts';
import { descriptorOf, type Writers } from './outbox.ts';
import { type OpenSocket, SocketConnection } from './socket-connection.ts';
import { Sweeper } from './sweeper.ts';
import { limitsOf, type TransportConnection, type TransportLimits } from './transport.ts';

export interface ListenOptions extends TransportLimits, Writers {
  /** Address to listen on; `::` for all addresses. */
  readonly host: string;
  /** 445, or 0 for any free port. */
  readonly port: number;
  readonly onConnection: (connection: TransportConnection) => void;
  /**
   * Called instead of `onConnection` with the descriptor of a connection that was accepted, so that
   * another thread can serve it. The descriptor is closed when this returns: whoever wants to keep
   * the connection duplicates it first, and makes a TransportConnection of the duplicate by
   * `adopt`. `ended` must be called once, when the connection has ended.
   */
  readonly onDescriptor?: (descriptor: number, address: string, ended: () => void) => void;
  /**
   * Lets several threads or processes listen on one port; the kernel distributes connections among
   * them.
   */
  readonly reusePort?: boolean;
  /** Connections beyond this number are closed at once. Default 1024. */
  readonly maxConnections?: number;
  /** Connections from one address beyond this number are closed at once. Default 128. */
  readonly maxConnectionsPerAddress?: number;
  /** The pool of receive buffers, if several listeners of a thread share one. */
  readonly pool?: BufferPool;
  /**
   * Returns the group of an address: addresses in the same group count as one client. By default
   * each address is a group of its own.
   */
  readonly groupOf?: (address: string) => string;
  /**
   * Called when a limit is reached, either for one client (its group) or for all. Returns true when
   * it has closed a connection to make room for the new one. The new connection waits for the
   * answer. By default the new connection is refused.
   */
  readonly makeRoom?: (group: string | undefined) => boolean | Promise<boolean>;
  /** Called with the reason when a connection is refused. */
  readonly onRefused?: (address: string, reason: string) => void;
}

export interface Listener {
  readonly address: string;
  readonly port: number;
  /** Stops listening. Existing connections stay open; their owner has to close them. */
  close(): Promise<void>;
}

/**
 * Listens for TCP connections that carry messages, [MS-SMB2] 2.1. Rejects with the system's error.
 */
export function listen(options: ListenOptions): Promise<Listener> {
  const limits = limitsOf(options);
  const pool = options.pool ?? new BufferPool();
  const sweeper = new Sweeper();
  let total = 0;
  const perAddress = new Map<string, number>();

  const accept = (accepted: Socket): void => {
    const address = accepted.remoteAddress ?? '';
    const group = options.groupOf?.(address) ?? address;
    const refusal = refuse(options, group, total, perAddress.get(group) ?? 0);
    if (refusal instanceof Promise) void refusal.then((reason) => settle(accepted, address, group, reason));
    else settle(accepted, address, group, refusal);
  };

  const settle = (accepted: Socket, address: string, group: string, refusal: string | undefined): void => {
    if (refusal !== undefined || address === '' || accepted.destroyed) {
      accepted.destroy();
      options.onRefused?.(address, refusal ?? 'gone already');
      return;
    }
    perAddress.set(group, (perAddress.get(group) ?? 0) + 1);
    total += 1;
    const ended = (): void => {
      total -= 1;
      const left = perAddress.get(group)! - 1;
      if (left > 0) perAddress.set(group, left);
      else perAddress.delete(group);
    };
    if (options.onDescriptor !== undefined) {
      options.onDescriptor(descriptorOf(accepted)!, address, ended);
      // Only this descriptor is closed. The connection lives as long as its duplicate.
      accepted.destroy();
      return;
    }
    const connection = new SocketConnection(rewrap(accepted), pool, limits, performance.now(), options);
    sweeper.add(connection);
    connection.whenClosed = () => {
      sweeper.delete(connection);
      ended();
    };
    connection.begin(() => options.onConnection(connection));
  };

  const server = createServer({ pauseOnConnect: true }, accept);

  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const { host, port, reusePort = false } = options;
    server.listen({ host, port, reusePort, backlog: BACKLOG }, () => {
      server.removeAllListeners('error');
      // An accept that fails (for example because too many files are open) is tried again with the
      // next connection.
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

/** The reason why a connection is refused; undefined when it is accepted. */
function refuse(
  options: ListenOptions,
  group: string,
  total: number,
  ofGroup: number,
): string | undefined | Promise<string | undefined> {
  const { maxConnections = 1024, maxConnectionsPerAddress = 128, makeRoom = () => false } = options;
  const unless = (
    made: boolean | Promise<boolean>,
    reason: string,
  ): string | undefined | Promise<string | undefined> => {
    if (made instanceof Promise) {
      return made.then(
        (is) => (is ? undefined : reason),
        () => reason,
      );
    }
    return made ? undefined : reason;
  };
  // Room that is made within the group is also room within the total.
  if (ofGroup >= maxConnectionsPerAddress) return unless(makeRoom(group), `${ofGroup} connections of this address`);
  if (total >= maxConnections) return unless(makeRoom(undefined), `${total} connections, at most ${maxConnections}`);
  return undefined;
}

/**
 * Moves an accepted connection into a socket that reads into this package's buffers. Node offers
 * `onread` only when a socket is made, and a server makes its sockets itself. The emptied socket is
 * destroyed, which tells the server that it is gone.
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

const BACKLOG = 1024;
