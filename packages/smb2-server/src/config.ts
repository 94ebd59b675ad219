import type { RpcServer } from '@tsmbd/dcerpc';
import type { Guid, Privilege, SecurityDescriptor } from '@tsmbd/ms-dtyp';
import { foldName, type MaybePromise, type Vfs, type VfsIdentity, type VfsPath } from '@tsmbd/vfs-adapter';
import type { CipherName, SigningName } from './algorithms.ts';

/** A user, once authenticated. SIDs are text, `S-1-5-…`. */
export interface Identity {
  readonly name: string;
  readonly domain: string;
  readonly sid: string;
  readonly groups: readonly string[];
  /** The user of the system that this user is. Absent: the one that the process runs as. */
  readonly unix?: VfsIdentity | undefined;
  /** No descriptor or mode refuses this user anything. The back end may. */
  readonly isAdmin?: boolean | undefined;
  /**
   * What the user may do whatever descriptors say. Absent: what members of BUILTIN\Administrators
   * may, if the user is one.
   */
  readonly privileges?: readonly Privilege[] | undefined;
}

/** An account that can log on. */
export interface Account extends Identity {
  /** MD4 of the UTF-16LE password, [MS-NLMP] 3.3.1. 16 bytes. */
  readonly ntHash: Uint8Array;
  /** The account cannot log on. A client that knows its password gets STATUS_ACCOUNT_DISABLED. */
  readonly disabled?: boolean;
}

/** A source of accounts. */
export interface AccountSource {
  /**
   * The account with this name (compared by `sameAccount` of ms-dtyp); undefined when there is
   * none.
   */
  find(user: string, domain: string): MaybePromise<Account | undefined>;
  /**
   * The same account with all that takes long to find out, such as its user of the system. Called
   * once the client has proved that it knows the password. Absent: `find` tells all. If it throws a
   * StatusError, the client gets that status.
   */
  whole?(account: Account): MaybePromise<Account>;
}

/**
 * Which SIDs stand for the users and groups of the system, and the other way round. Every call
 * answers at once, without asking another program.
 */
export interface SidMap {
  sidOfUser(uid: number): string;
  sidOfGroup(gid: number): string;
  /** What the SID stands for: a user, a group, or both; undefined if it is neither. */
  idOf(sid: string): { readonly uid?: number; readonly gid?: number } | undefined;
}

/** Who connects to a share, from where and when. */
export interface Visitor {
  readonly identity: Identity;
  /** Address of the client, as its transport reports it. */
  readonly address: string;
  /** The server's address that the client connected to. */
  readonly localAddress: string;
  /** FILETIME of the wall clock. */
  readonly at: bigint;
}

/** A tree that clients can connect to. */
export interface Share {
  readonly name: string;
  readonly comment: string;
  readonly type: 'disk' | 'pipe';
  /** Whether oplocks and leases are granted. */
  readonly oplocks: boolean;
  /** Whether level II oplocks are granted, and other oplocks are broken to level II. */
  readonly level2Oplocks: boolean;
  /**
   * Byte-range locks are shown to other programs on this system, and the locks of those programs
   * are respected, if the back end supports that.
   */
  readonly posixLocking?: boolean;
  /**
   * If `posixLocking` is set: whether reads and writes of clients respect the locks of local
   * programs too. `auto`: they do, unless the client may cache the data anyway. Absent: `no`.
   */
  readonly strictLocking?: 'auto' | 'yes' | 'no';
  /**
   * Local programs that open a file break oplocks, if the back end can make such programs wait.
   * Leases of files are then not granted.
   */
  readonly kernelOplocks?: boolean;
  /** The storage behind a disk share. */
  readonly vfs?: Vfs;
  /**
   * Where the share's root lies among the folders of this machine, from the top down, without
   * symbolic links. With it, a file that is in two shares is known to be the same file through
   * both. Absent: the share is not inside another share, and no other share is inside it.
   */
  readonly place?: VfsPath | undefined;
  /**
   * Set when each tree has a back end of its own. Called when a user who may connect does so. The
   * share that it returns has the same name, and has `vfs` and `place`. When it returns undefined,
   * there is no share for this user and the connect is refused.
   */
  readonly at?: ((visitor: Visitor) => MaybePromise<Share | undefined>) | undefined;
  /**
   * The share as its storage is now. Called when somebody connects, because folders are removed and
   * made again, and disks are mounted. Returns the same object while nothing has changed, and
   * undefined while there is no storage. Absent: the share never changes.
   */
  readonly current?: (() => Share | undefined) | undefined;
  /** Clients cannot change anything. */
  readonly readOnly: boolean;
  /** Unencrypted access is refused, [MS-SMB2] 2.2.10 SMB2_SHAREFLAG_ENCRYPT_DATA. */
  readonly encrypt: boolean;
  /**
   * Data that clients read is compressed if client and server can do so, and clients are told to
   * ask for it: SMB2_SHAREFLAG_COMPRESS_DATA.
   */
  readonly compress?: boolean;
  /** Guests and anonymous users may connect. */
  readonly guestOk: boolean;
  /** With `guestOk`: every user who connects is a guest on this share. */
  readonly guestOnly?: boolean;
  /** Whether a client with this address may connect. Absent: all clients may. */
  readonly admits?: ((address: string) => boolean) | undefined;
  /** Names that do not exist for clients: they are not listed, opened, created or renamed to. */
  readonly vetoes?: ((name: string) => boolean) | undefined;
  /** A directory that holds only vetoed names can be deleted; these are deleted with it. */
  readonly deleteVetoed?: boolean;
  /** Shown in share listings. */
  readonly browseable: boolean;
  /** Offline caching policy, [MS-SMB2] 2.2.10 SMB2_SHAREFLAG_*_CACHING bits. */
  readonly caching: number;
  /** Entries that the user may not read are left out of directory listings. */
  readonly hideUnreadable: boolean;
  /** Files that the user may not write are left out of directory listings; folders are not. */
  readonly hideUnwriteable?: boolean;
  /** Pipes, sockets and devices are left out of directory listings. */
  readonly hideSpecial?: boolean;
  /**
   * SE_DACL_AUTO_INHERITED and SE_SACL_AUTO_INHERITED are kept as clients set them. Absent: only
   * with the bits that request it, as on Windows.
   */
  readonly keepsAutoInherited?: boolean;
  /** 0: no limit. */
  readonly maxConnections: number;
  /** FsLabel of FileFsVolumeInformation. */
  readonly volumeLabel: string;
  /**
   * Who may connect, and which rights to files that leaves: beside what `access` says. Its owner
   * has no right by being that. Absent: `access` decides alone.
   */
  readonly securityDescriptor?: SecurityDescriptor | undefined;
  /**
   * Who a user is in this share; must answer at once, and with the same object for the same user.
   * Absent: who the user is elsewhere.
   */
  readonly actsAs?: ((identity: Identity) => Identity) | undefined;
  /** Whether this user may connect, and may write. */
  access(identity: Identity): 'none' | 'read' | 'write';
  /**
   * POSIX user that the back end acts as for users who are no users of the system (Identity.unix).
   * Where no security descriptor is stored, files with this uid count as such a user's own.
   */
  readonly uid: number;
  /**
   * Files have 8.3 names beside their own, made as Samba makes them, with so many characters of
   * their own names. Absent: a file has none, unless its name is one.
   */
  readonly shortNamePrefix?: number | undefined;
  /** Names that start with a dot are given FILE_ATTRIBUTE_HIDDEN in listings. */
  readonly hideDotFiles: boolean;
  /** Other names that are given FILE_ATTRIBUTE_HIDDEN, wherever they are shown. */
  readonly hideFiles?: ((name: string) => boolean) | undefined;
  /**
   * Clients that watch a directory are also told of changes made outside this server, if the back
   * end has events.
   */
  readonly kernelChangeNotify: boolean;
  /** Opens may outlive their connection. */
  readonly durableHandles: boolean;
  /**
   * Opens may be persistent, which means that they outlive the server's process. [MS-SMB2] 3.3.1.6
   * Share.IsCA
   */
  readonly continuouslyAvailable: boolean;
}

/** The share as its storage is now; undefined while there is none. */
export function currentShare(share: Share): Share | undefined {
  return share.current === undefined ? share : share.current();
}

/** The key by which a share is known: its name, letter case ignored. */
export function shareKey(share: Pick<Share, 'name'>): string {
  let key = shareKeys.get(share);
  if (key === undefined) {
    key = foldName(share.name);
    shareKeys.set(share, key);
  }
  return key;
}

const shareKeys = new WeakMap<Pick<Share, 'name'>, string>();

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
  /**
   * off: encryption is not offered. desired: it is offered and clients decide. required: sessions
   * without encryption are refused.
   */
  readonly encryption: 'off' | 'desired' | 'required';
  /** In order of preference, best first. */
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
  /**
   * never: nobody becomes a guest. bad-user: unknown users become guests. bad-password: unknown
   * users and users with a wrong password become guests.
   */
  readonly guest: 'never' | 'bad-user' | 'bad-password';
  /**
   * The user of the system that guests and anonymous users are. Absent: the user that the process
   * runs as.
   */
  readonly guestUser?: VfsIdentity | undefined;
  /** Whether a client with this address may connect at all. Absent: all clients may. */
  readonly admits?: ((address: string) => boolean) | undefined;
  /**
   * Milliseconds after which a client is disconnected if it has nothing open and asks for nothing.
   * 0 or absent: never.
   */
  readonly deadTimeMs?: number | undefined;
  /** Seconds after which a session must authenticate again; 0: never. */
  readonly sessionLifetimeS: number;
  /**
   * How many sessions with a user there may be, in all and on one connection. Sessions whose logon
   * is not finished have limits of their own.
   */
  readonly maxSessions: number;
  readonly maxSessionsPerConnection: number;
  readonly maxTreesPerSession: number;
  readonly maxOpensPerSession: number;
  /**
   * How many descriptors of the operating system the opens of all sessions may use. Infinity if the
   * back ends use none.
   */
  readonly maxDescriptors: number;
  /** Leases are offered, from dialect 2.1 on; if false, only oplocks are. */
  readonly leases: boolean;
  /** Whether CHANGE_NOTIFY works. If false, it is answered with STATUS_NOT_IMPLEMENTED. */
  readonly changeNotify: boolean;
  /**
   * Answers the FSCTLs with which Samba's smbtorture sets up its tests. Never set this on a server
   * that people use.
   */
  readonly tortureHooks: boolean;
}

/** The severity of a log line. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
/** Parts of the server that have a log of their own, by the names that `tsmbd debug` uses. */
export type LogComponent = 'smb' | 'auth' | 'vfs' | 'oplock' | 'ipc' | 'conn' | 'rdma';

/**
 * Where persistent opens are kept while no server runs. When a method returns, its data is stored,
 * even if the process then dies. A method throws if it cannot store the data; the engine tries
 * again a little later. It never waits for another process.
 */
export interface PersistentStore {
  /** Stores the text and the changes to its locks, both or neither. */
  save(id: string, text: string, locks: readonly KeptLocks[]): void;
  /** Removes the text and all locks. */
  delete(id: string): void;
  all(): Iterable<{ readonly id: string; readonly text: string; readonly locks?: readonly KeptLocks[] | undefined }>;
}

/** How many locks of one range and kind an open has. 0 when they are gone. */
export interface KeptLocks {
  /** The range and kind, in the engine's own notation; unique within an open. */
  readonly range: string;
  readonly count: number;
}

/** How one worker of a server reaches the others. */
export interface WorkerLink {
  /** Number of this worker, from 0. */
  readonly own: number;
  /** How many workers there are, at most 16. */
  readonly count: number;
  /** Made by `workerMemory`, the same for all. */
  readonly memory: SharedArrayBuffer;
  /**
   * Sends a copy of the message to another worker, behind all that was sent to it before. A message
   * to a worker that has died is dropped.
   *
   * @param moved buffers that belong to the receiver from now on
   */
  post(to: number, message: unknown, moved: readonly ArrayBuffer[]): void;
  /** False while the other worker has died and is not there again: nothing is at home there. */
  reaches(worker: number): boolean;
  /** Set by the engine: a message has come from another worker. */
  onMessage: (from: number, message: unknown) => void;
  /** Set by the engine: another worker has died, and all that was at home there is gone. */
  onGone: (worker: number) => void;
}

/** What the engine needs from its surroundings. */
export interface ServerEnvironment {
  /** Set when this engine is one of several workers that serve together. */
  readonly workers?: WorkerLink | undefined;
  readonly accounts: AccountSource;
  /** Absent: users and groups of the system have the SIDs S-1-22-1-uid and S-1-22-2-gid. */
  readonly sids?: SidMap | undefined;
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
   * Calls back once after `ms`. With 0 it calls back after everybody else has had a turn of the
   * event loop. The returned function cancels the timer.
   */
  timer(ms: number, call: () => void): () => void;
  /**
   * Calls back when the code that is running now has returned, before the event loop goes on: the
   * process.nextTick of Node. Absent: the engine does not measure its turns.
   */
  nextTick?(call: () => void): void;
  log(level: LogLevel, component: LogComponent, message: string, fields?: Record<string, unknown>): void;
}
