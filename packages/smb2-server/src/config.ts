import type { RpcServer } from '@tsmbd/dcerpc';
import type { Guid } from '@tsmbd/ms-dtyp';
import { foldName, type MaybePromise, type Vfs, type VfsPath } from '@tsmbd/vfs-adapter';
import type { CipherName, SigningName } from './algorithms.ts';

/** Who somebody is, once authenticated. SIDs are text, `S-1-5-…`. */
export interface Identity {
  readonly name: string;
  readonly domain: string;
  readonly sid: string;
  readonly groups: readonly string[];
}

/** An account that can log on. */
export interface Account extends Identity {
  /** MD4 of the UTF-16LE password, [MS-NLMP] 3.3.1. 16 bytes. */
  readonly ntHash: Uint8Array;
  /** It cannot log on: STATUS_ACCOUNT_DISABLED, for a client that knows its password. */
  readonly disabled?: boolean;
}

/** Where accounts come from. */
export interface AccountSource {
  /** The account of that name (`sameAccount` of ms-dtyp); undefined when there is none. */
  find(user: string, domain: string): MaybePromise<Account | undefined>;
}

/** Who connects to a share, from where and when. */
export interface Visitor {
  readonly identity: Identity;
  /** Address of the client, as its transport says it. */
  readonly address: string;
  /** The server's, that the client connected to. */
  readonly localAddress: string;
  /** FILETIME of the wall clock. */
  readonly at: bigint;
}

/** A tree that clients can connect to. */
export interface Share {
  readonly name: string;
  readonly comment: string;
  readonly type: 'disk' | 'pipe';
  /** Oplocks and leases are granted. */
  readonly oplocks: boolean;
  /** Level II oplocks are granted, and others broken to it. */
  readonly level2Oplocks: boolean;
  /**
   * Byte-range locks are shown to the system's other programs, and theirs are kept, where the back
   * end can.
   */
  readonly posixLocking?: boolean;
  /**
   * Where `posixLocking` is: what clients read and write respects local programs' locks too.
   * `auto`: unless the client may cache it in any case. Absent: `no`.
   */
  readonly strictLocking?: 'auto' | 'yes' | 'no';
  /**
   * Local programs that open a file break oplocks, where the back end can hold them up; no leases
   * of files then.
   */
  readonly kernelOplocks?: boolean;
  /** What is behind a disk share. */
  readonly vfs?: Vfs;
  /**
   * Where its root lies among the folders of this machine, from the top down, without symbolic
   * links: what is in two shares is then one and the same through both. Absent: in no other share,
   * and no other in it.
   */
  readonly place?: VfsPath | undefined;
  /**
   * Each tree has a back end of its own: asked when somebody who may connect does. What it gives
   * has the same name, and `vfs` and `place`; undefined when there is none for them, and the
   * connect is refused.
   */
  readonly at?: ((visitor: Visitor) => MaybePromise<Share | undefined>) | undefined;
  /**
   * The share as its storage is now, asked when somebody connects: folders go and are made again,
   * disks are mounted. The same object while nothing has changed; undefined while there is no
   * storage. Absent: it never changes.
   */
  readonly current?: (() => Share | undefined) | undefined;
  /** Clients cannot change anything. */
  readonly readOnly: boolean;
  /** Unencrypted access is refused, [MS-SMB2] 2.2.10 SMB2_SHAREFLAG_ENCRYPT_DATA. */
  readonly encrypt: boolean;
  /**
   * What is read is compressed where client and server can, and clients are told to:
   * SMB2_SHAREFLAG_COMPRESS_DATA.
   */
  readonly compress?: boolean;
  /** Guests and anonymous users may connect. */
  readonly guestOk: boolean;
  /** With `guestOk`: everybody who connects is a guest here. */
  readonly guestOnly?: boolean;
  /** Whether a client of this address may connect. Absent: all may. */
  readonly admits?: ((address: string) => boolean) | undefined;
  /** Names that are not there for clients: not listed, opened, made or renamed to. */
  readonly vetoes?: ((name: string) => boolean) | undefined;
  /** A directory that holds nothing but vetoed names can be deleted, and takes them along. */
  readonly deleteVetoed?: boolean;
  /** Shown in share listings. */
  readonly browseable: boolean;
  /** Offline caching policy, [MS-SMB2] 2.2.10 SMB2_SHAREFLAG_*_CACHING bits. */
  readonly caching: number;
  /** Entries that the user may not read are left out of listings. */
  readonly hideUnreadable: boolean;
  /** 0: no limit. */
  readonly maxConnections: number;
  /** FsLabel of FileFsVolumeInformation. */
  readonly volumeLabel: string;
  /** Whether this user may connect, and may write. */
  access(identity: Identity): 'none' | 'read' | 'write';
  /**
   * POSIX user that the back end acts as: files of this uid count as the session user's own where
   * no security descriptor is stored.
   */
  readonly uid: number;
  /** Names that match are given FILE_ATTRIBUTE_HIDDEN in listings (names starting with a dot). */
  readonly hideDotFiles: boolean;
  /** Other names that are given it, wherever they are shown. */
  readonly hideFiles?: ((name: string) => boolean) | undefined;
  /** Watchers are told of what others than this server change, where the back end has events. */
  readonly kernelChangeNotify: boolean;
  /** Opens may outlive their connection. */
  readonly durableHandles: boolean;
  /** Opens may be persistent: they outlive the server's process. [MS-SMB2] 3.3.1.6 Share.IsCA */
  readonly continuouslyAvailable: boolean;
}

/** The share as its storage is now; undefined while there is none. */
export function currentShare(share: Share): Share | undefined {
  return share.current === undefined ? share : share.current();
}

/** What a share is known by: its name, letter case ignored. */
export function shareKey(share: Pick<Share, 'name'>): string {
  return foldName(share.name);
}

export interface ServerConfig {
  readonly serverGuid: Guid;
  /** NetBIOS name of this machine, at most 15 characters. */
  readonly netbiosName: string;
  /** Workgroup or domain, for NTLM. */
  readonly domain: string;
  readonly dnsName: string;
  readonly dnsDomain: string;
  /** 0x0202 … 0x0311. */
  readonly minDialect: number;
  readonly maxDialect: number;
  readonly signingRequired: boolean;
  /** off: not offered; desired: offered, clients decide; required: sessions without are refused. */
  readonly encryption: 'off' | 'desired' | 'required';
  /** Best first. */
  readonly ciphers: readonly CipherName[];
  readonly signingAlgorithms: readonly SigningName[];
  /** Compression is offered to clients that ask for it (SMB 3.1.1). */
  readonly compression: boolean;
  readonly maxTransactSize: number;
  readonly maxReadSize: number;
  readonly maxWriteSize: number;
  /** Credits that one connection may hold. */
  readonly maxCredits: number;
  readonly allowAnonymous: boolean;
  /** never; unknown users become guests; or those, and users with a wrong password. */
  readonly guest: 'never' | 'bad-user' | 'bad-password';
  /** Whether a client of this address may connect at all. Absent: all may. */
  readonly admits?: ((address: string) => boolean) | undefined;
  /**
   * Milliseconds after which a client that has nothing open and asks for nothing is disconnected; 0
   * or absent: never.
   */
  readonly deadTimeMs?: number | undefined;
  /** Seconds after which a session must authenticate again; 0: never. */
  readonly sessionLifetimeS: number;
  /**
   * Sessions with a user, of all and of one connection; half made ones have limits of their own.
   */
  readonly maxSessions: number;
  readonly maxSessionsPerConnection: number;
  readonly maxTreesPerSession: number;
  readonly maxOpensPerSession: number;
  /**
   * Descriptors of the system that the opens of all sessions may have; Infinity where the back ends
   * have none.
   */
  readonly maxDescriptors: number;
  /** Leases are offered, from 2.1 on; oplocks alone otherwise. */
  readonly leases: boolean;
  /** CHANGE_NOTIFY works; false answers STATUS_NOT_IMPLEMENTED. */
  readonly changeNotify: boolean;
  /**
   * Answer the FSCTLs that Samba's smbtorture sets traps with. Never for a server that people use.
   */
  readonly tortureHooks: boolean;
}

/** A log line's weight. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
/** Parts of the server that log for themselves, as `tsmbd debug` names them. */
export type LogComponent = 'smb' | 'auth' | 'vfs' | 'oplock' | 'ipc' | 'conn' | 'rdma';

/**
 * Where persistent opens are kept while no server runs. What it is told is kept, though the process
 * dies, when it returns; it throws where that cannot be, and never waits for another process: it is
 * asked again a little later.
 */
export interface PersistentStore {
  /** Keeps the text and what changed of its locks, both or neither. */
  save(id: string, text: string, locks: readonly KeptLocks[]): void;
  /** The text and all locks go. */
  delete(id: string): void;
  all(): Iterable<{ readonly id: string; readonly text: string; readonly locks?: readonly KeptLocks[] | undefined }>;
}

/** How many locks of one range and kind an open has; 0 where they have gone. */
export interface KeptLocks {
  /** The range and kind, as `range` of the engine's own making; unique within an open. */
  readonly range: string;
  readonly count: number;
}

/** What the engine needs of the world around it. */
export interface ServerEnvironment {
  readonly accounts: AccountSource;
  /** Pipes of IPC$. */
  readonly rpc: RpcServer;
  /** Undefined: there are no persistent opens. */
  readonly persistentStore?: PersistentStore | undefined;
  /** Milliseconds, monotonic. */
  now(): number;
  /** FILETIME of the wall clock. */
  wallTime(): bigint;
  random(length: number): Uint8Array;
  /**
   * Calls back once after `ms`, with 0 after everybody else has had a turn of the loop; the result
   * cancels.
   */
  timer(ms: number, call: () => void): () => void;
  log(level: LogLevel, component: LogComponent, message: string, fields?: Record<string, unknown>): void;
}
