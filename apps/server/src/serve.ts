import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import {
  type AccountSource,
  type ActivityEvents,
  addressKey,
  type LogComponent,
  type LogLevel,
  matcherOf,
  type ServerConfig,
  type Share,
  SmbServer,
} from '@tsmbd/smb2-server';
import { type Listener, listen } from '@tsmbd/transport-tcp';
import type { Vfs } from '@tsmbd/vfs-adapter';
import { MemoryAccounts, type User, unlisted } from './accounts.ts';
import { DEFAULT_CONFIG } from './default-config.ts';
import { type EventListener, EventListeners } from './embedding/events.ts';
import { guardAccounts, shareGuard } from './embedding/guard.ts';
import { TheirErrors } from './embedding/their-errors.ts';
import { environmentOf } from './environment.ts';
import { isBadShareName } from './share-name.ts';

/** What a share is made of, as `serve` takes it. */
export interface ShareOptions {
  readonly vfs: Vfs;
  readonly comment?: string;
  readonly readOnly?: boolean;
  /** READ responses are compressed if the client supports it. */
  readonly compress?: boolean;
  /** Unencrypted access is refused. */
  readonly encrypt?: boolean;
  readonly guestOk?: boolean;
  /** With `guestOk`: everybody is a guest in it. Default false. */
  readonly guestOnly?: boolean;
  /** Whether a client of this address may connect. All may, unless told. */
  readonly admits?: Share['admits'];
  /** Names, with `*` and `?`, that do not exist for clients. */
  readonly vetoFiles?: readonly string[];
  /**
   * A directory that holds nothing but vetoed names can be deleted, and they are deleted with it.
   * Default false.
   */
  readonly deleteVetoFiles?: boolean;
  readonly browseable?: boolean;
  readonly hideUnreadable?: boolean;
  /** Files that a user may not write are left out of listings. Default false. */
  readonly hideUnwriteable?: boolean;
  /** Pipes, sockets and devices are left out of listings. Default false. */
  readonly hideSpecial?: boolean;
  /** Clients' AUTO_INHERITED bits are kept although they do not request it. Default false. */
  readonly keepsAutoInherited?: boolean;
  readonly hideDotFiles?: boolean;
  /** Names, with `*` and `?`, that are shown as hidden. */
  readonly hideFiles?: readonly string[];
  /**
   * Files have 8.3 names beside their own, which begin with so many characters of their own names
   * (1 to 6). Default: they have none.
   */
  readonly shortNamePrefix?: number | undefined;
  /** Oplocks and leases are granted; true when left out. */
  readonly oplocks?: boolean;
  /** Level II oplocks are granted; true when left out. */
  readonly level2Oplocks?: boolean;
  /** Local programs break oplocks. Default false. */
  readonly kernelOplocks?: boolean;
  /** Clients' byte-range locks are also locks of the system. Default true. */
  readonly posixLocking?: boolean;
  /**
   * Reads and writes of clients respect the locks of local programs. `auto`: unless the client may
   * cache the bytes anyway. Default `auto`.
   */
  readonly strictLocking?: 'auto' | 'yes' | 'no';
  /** Watchers are told of changes by local programs too. Default true. */
  readonly kernelChangeNotify?: boolean;
  /** Opens can outlive their connection for a while. Default true. */
  readonly durableHandles?: boolean;
  /** Opens can outlive the process, if the engine has a store for them. Default false. */
  readonly continuouslyAvailable?: boolean;
  readonly maxConnections?: number;
  readonly volumeLabel?: string;
  /** Client-side caching of offline files, bits of ShareFlags. */
  readonly caching?: number;
  /** Whether a user may connect, and write. Everybody may, unless told. */
  readonly access?: Share['access'];
  /** Who a user is in the share. Everybody is who he is elsewhere, unless told. */
  readonly actsAs?: Share['actsAs'];
}

export interface ServeOptions {
  /** Shares by name. */
  readonly shares: Readonly<Record<string, ShareOptions>>;
  /** Who may log on; a source of accounts, or a list of names and passwords. */
  readonly users?: readonly User[] | AccountSource;
  /** Address to listen on; default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Settings that differ from the defaults. */
  readonly config?: Partial<ServerConfig>;
  /** Log lines; nothing is logged without it. */
  readonly log?: (level: LogLevel, component: LogComponent, message: string, fields?: Record<string, unknown>) => void;
}

/** A server that runs until it is disposed. */
export interface RunningServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** The engine, for status and reconfiguration. */
  readonly engine: SmbServer;
  /**
   * Calls the listener each time that this happens, after it has happened and before the client is
   * answered. What nobody listens to costs nothing. Errors of a listener are logged, and never
   * affect a client.
   *
   * @returns ends the listening
   */
  on<Name extends keyof ActivityEvents>(name: Name, listener: EventListener<Name>): () => void;
  /** Ends connections, closes files, stops listening, and disposes of the shares' back ends. */
  close(): Promise<void>;
}

/**
 * Serves shares inside this process. Rejects if the port cannot be used; TypeError for shares that
 * cannot be served.
 */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  checkShares(options.shares);
  const config: ServerConfig = {
    ...DEFAULT_CONFIG,
    serverGuid: randomUUID(),
    netbiosName: hostname().split('.')[0]!.slice(0, 15).toUpperCase(),
    ...options.config,
  };
  const log = options.log ?? (() => undefined);
  const errors = new TheirErrors(log);
  const guarded = shareGuard(errors);
  const users = options.users ?? [];
  const accounts =
    'find' in users && !Array.isArray(users)
      ? unlisted(guardAccounts(users as AccountSource, errors))
      : new MemoryAccounts(users as readonly User[], config.netbiosName);
  const shares = [
    ipcShare(),
    ...Object.entries(options.shares).map(([name, share]) => toShare(name, guarded(name, share))),
  ];
  const holder: { engine?: SmbServer } = {};
  const engine = new SmbServer(
    config,
    shares,
    environmentOf(
      () => holder.engine!,
      accounts,
      log,
      () => 'tsmbd',
    ),
  );
  holder.engine = engine;
  const listener = await listen({
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    groupOf: addressKey,
    makeRoom: (group) => engine.makeRoom(group),
    onConnection: (transport) => engine.accept(transport),
  });
  return running(engine, listener, errors);
}

/** Finds faults that the first client would find otherwise. Throws TypeError. */
function checkShares(shares: ServeOptions['shares']): void {
  const names = Object.keys(shares);
  for (const [i, name] of names.entries()) {
    const said = `share ${JSON.stringify(name)}`;
    if (isBadShareName(name)) throw new TypeError(`${said}: no share can have this name`);
    const twin = names.slice(0, i).find((other) => other.toUpperCase() === name.toUpperCase());
    if (twin !== undefined) throw new TypeError(`${said}: letter case alone tells it from ${JSON.stringify(twin)}`);
    const { vfs } = shares[name]! as Partial<ShareOptions>;
    if (typeof vfs?.open !== 'function') throw new TypeError(`${said}: vfs is missing, or is no Vfs`);
  }
}

function running(engine: SmbServer, listener: Listener, errors: TheirErrors): RunningServer {
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= Promise.all([listener.close(), engine.shutdown('server closes')]).then(() => engine.setShares([]));
    return closing;
  };
  const events = new EventListeners(engine.listeners, errors);
  return {
    host: listener.address,
    port: listener.port,
    engine,
    on: (name, heard) => events.add(name, heard),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A share as the engine has it. */
export function toShare(name: string, options: Omit<ShareOptions, 'vfs'> & { readonly vfs: Vfs | undefined }): Share {
  return {
    name,
    comment: options.comment ?? '',
    type: 'disk',
    ...(options.vfs && { vfs: options.vfs, place: options.vfs.place }),
    readOnly: options.readOnly ?? options.vfs?.features.readOnly ?? false,
    encrypt: options.encrypt ?? false,
    compress: options.compress ?? false,
    guestOk: options.guestOk ?? false,
    guestOnly: options.guestOnly ?? false,
    admits: options.admits,
    vetoes: options.vetoFiles === undefined ? undefined : matcherOf(options.vetoFiles),
    deleteVetoed: options.deleteVetoFiles ?? false,
    browseable: options.browseable ?? true,
    caching: options.caching ?? 0,
    hideUnreadable: options.hideUnreadable ?? false,
    hideUnwriteable: options.hideUnwriteable ?? false,
    hideSpecial: options.hideSpecial ?? false,
    keepsAutoInherited: options.keepsAutoInherited ?? false,
    maxConnections: options.maxConnections ?? 0,
    volumeLabel: options.volumeLabel ?? name.slice(0, 32),
    access: options.access ?? (() => 'write'),
    actsAs: options.actsAs,
    uid: process.getuid?.() ?? 0,
    hideDotFiles: options.hideDotFiles ?? true,
    hideFiles: options.hideFiles === undefined ? undefined : matcherOf(options.hideFiles),
    shortNamePrefix: options.shortNamePrefix,
    oplocks: options.oplocks ?? true,
    level2Oplocks: options.level2Oplocks ?? true,
    kernelOplocks: options.kernelOplocks ?? false,
    posixLocking: options.posixLocking ?? true,
    strictLocking: options.strictLocking ?? 'auto',
    kernelChangeNotify: options.kernelChangeNotify ?? true,
    durableHandles: options.durableHandles ?? true,
    continuouslyAvailable: options.continuouslyAvailable ?? false,
  };
}

/** The share of named pipes, there on every server. */
export function ipcShare(): Share {
  return {
    name: 'IPC$',
    comment: 'IPC Service',
    type: 'pipe',
    readOnly: false,
    encrypt: false,
    guestOk: true,
    browseable: true,
    caching: NO_CACHING,
    hideUnreadable: false,
    maxConnections: 0,
    volumeLabel: '',
    access: () => 'write',
    uid: -1,
    hideDotFiles: false,
    oplocks: false,
    level2Oplocks: false,
    kernelChangeNotify: false,
    durableHandles: false,
    continuouslyAvailable: false,
  };
}

/** SMB2_SHAREFLAG_NO_CACHING, [MS-SMB2] 2.2.10. */
const NO_CACHING = 0x30;
