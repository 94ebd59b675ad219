import type { Sid } from '@tsmbd/ms-dtyp';

/**
 * What the interfaces need from the server that they are part of. Every call returns the current
 * state.
 */
export interface ManagementBackend {
  server(): ServerDescription;
  clock(): ServerClock;
  shares(): readonly ShareInfo[];
  sessions(): readonly SessionInfo[];
  connections(): readonly ConnectionInfo[];
  /** How many sessions there are. */
  sessionCount(): number;
  /** How many files `files(0)` has. */
  fileCount(): number;
  /** The open files from the `from`th on. Each is looked at when it is asked for. */
  files(from: number): Iterable<FileInfo>;
  /** The account of a SID, or undefined if the SID is not known. */
  lookupSid(sid: Sid): AccountInfo | undefined;
  /**
   * The account of a name in any letter case, with or without `DOMAIN\` before it; undefined if the
   * name is not known.
   */
  lookupName(name: string): AccountInfo | undefined;
}

export interface ServerDescription {
  /** NetBIOS name. */
  readonly name: string;
  /** NetBIOS name of the domain or workgroup. */
  readonly domain: string;
  /** The domain's SID; only a domain member has one. */
  readonly domainSid?: Sid;
  readonly dnsDomain?: string;
  readonly dnsForest?: string;
  readonly domainGuid?: string;
  /** The SID from which the SIDs of local accounts are made. */
  readonly machineSid: Sid;
  readonly comment: string;
  readonly versionMajor: number;
  readonly versionMinor: number;
  /** The most users at once; -1 for no limit. */
  readonly maxUsers?: number;
}

export interface ServerClock {
  /** Milliseconds since 1970. */
  readonly unixMs: number;
  /** Milliseconds since the system started. */
  readonly uptimeMs: number;
  /** Minutes west of UTC. */
  readonly timezoneMinutes: number;
}

export interface ShareInfo {
  readonly name: string;
  /** A value of ShareType. */
  readonly type: number;
  readonly comment: string;
  /** The path as administrators see it; a back end may give a harmless text instead. */
  readonly path: string;
  /** undefined: no limit. */
  readonly maxUses?: number;
  readonly currentUses: number;
  /** SHI1005_FLAGS_*. */
  readonly flags: number;
  /** Self-relative SECURITY_DESCRIPTOR of the share. */
  readonly securityDescriptor?: Uint8Array;
  /** Left out of lists. Callers that know the name can ask for it. */
  readonly hidden?: boolean;
}

export interface SessionInfo {
  readonly clientName: string;
  readonly userName: string;
  readonly openCount: number;
  readonly activeSeconds: number;
  readonly idleSeconds: number;
  readonly guest: boolean;
}

export interface ConnectionInfo {
  readonly id: number;
  readonly shareName: string;
  /** A value of ShareType. */
  readonly shareType: number;
  readonly clientName: string;
  readonly userName: string;
  readonly openCount: number;
  readonly userCount: number;
  readonly activeSeconds: number;
}

export interface FileInfo {
  readonly id: number;
  /** 1 read, 2 write, 4 create. */
  readonly permissions: number;
  readonly lockCount: number;
  readonly path: string;
  readonly userName: string;
}

/** SID_NAME_USE, [MS-LSAT] 2.2.13. */
export const SidType = {
  USER: 1,
  GROUP: 2,
  DOMAIN: 3,
  ALIAS: 4,
  WELL_KNOWN_GROUP: 5,
  DELETED_ACCOUNT: 6,
  INVALID: 7,
  UNKNOWN: 8,
  COMPUTER: 9,
  LABEL: 10,
} as const;

export interface AccountInfo {
  readonly sid: Sid;
  readonly name: string;
  /**
   * The domain's name: the server's own for local accounts, `BUILTIN`, `NT AUTHORITY`, or empty.
   */
  readonly domain: string;
  /** A value of SidType. */
  readonly type: number;
}
