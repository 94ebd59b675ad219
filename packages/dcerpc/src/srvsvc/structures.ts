import type { Levels } from '../ndr/records.ts';

/** Share types, [MS-SRVS] 2.2.2.4. */
export const ShareType = {
  DISKTREE: 0x00000000,
  PRINTQ: 0x00000001,
  DEVICE: 0x00000002,
  IPC: 0x00000003,
  SPECIAL: 0x80000000,
  TEMPORARY: 0x40000000,
} as const;

/** The fields of all SHARE_INFO levels, [MS-SRVS] 2.2.4.22 to 2.2.4.31, without the prefix shi_. */
export interface ShareFields {
  readonly netname: string;
  /** A value of ShareType. */
  readonly type: number;
  readonly remark: string;
  readonly permissions: number;
  /** 0xffffffff: as many as the server has resources for. */
  readonly maxUses: number;
  readonly currentUses: number;
  readonly path: string;
  readonly passwd: string;
  /** SHI1005_FLAGS_*, [MS-SRVS] 2.2.4.29. */
  readonly flags: number;
  readonly securityDescriptor: Uint8Array;
}

/** SHARE_INFO by level, [MS-SRVS] 2.2.4.22 to 2.2.4.31. */
export const SHARE_LEVELS: Levels<ShareFields> = {
  0: [['netname', 'string']],
  1: [
    ['netname', 'string'],
    ['type', 'u32'],
    ['remark', 'string'],
  ],
  2: [
    ['netname', 'string'],
    ['type', 'u32'],
    ['remark', 'string'],
    ['permissions', 'u32'],
    ['maxUses', 'u32'],
    ['currentUses', 'u32'],
    ['path', 'string'],
    ['passwd', 'string'],
  ],
  501: [
    ['netname', 'string'],
    ['type', 'u32'],
    ['remark', 'string'],
    ['flags', 'u32'],
  ],
  502: [
    ['netname', 'string'],
    ['type', 'u32'],
    ['remark', 'string'],
    ['permissions', 'u32'],
    ['maxUses', 'u32'],
    ['currentUses', 'u32'],
    ['path', 'string'],
    ['passwd', 'string'],
    ['securityDescriptor', 'bytes'],
  ],
  1005: [['flags', 'u32']],
};

/**
 * The fields of all SERVER_INFO levels, [MS-SRVS] 2.2.4.40 to 2.2.4.42, without the prefix sv10x_.
 */
export interface ServerFields {
  readonly platformId: number;
  readonly name: string;
  readonly versionMajor: number;
  readonly versionMinor: number;
  /** SV_TYPE_*, [MS-SRVS] 2.2.2.7. */
  readonly type: number;
  readonly comment: string;
  readonly users: number;
  readonly disc: number;
  readonly hidden: number;
  readonly announce: number;
  readonly anndelta: number;
  readonly licenses: number;
  readonly userpath: string;
}

/** SERVER_INFO by level, [MS-SRVS] 2.2.4.40 to 2.2.4.42. */
export const SERVER_LEVELS: Levels<ServerFields> = {
  100: [
    ['platformId', 'u32'],
    ['name', 'string'],
  ],
  101: [
    ['platformId', 'u32'],
    ['name', 'string'],
    ['versionMajor', 'u32'],
    ['versionMinor', 'u32'],
    ['type', 'u32'],
    ['comment', 'string'],
  ],
  102: [
    ['platformId', 'u32'],
    ['name', 'string'],
    ['versionMajor', 'u32'],
    ['versionMinor', 'u32'],
    ['type', 'u32'],
    ['comment', 'string'],
    ['users', 'u32'],
    ['disc', 'u32'],
    ['hidden', 'u32'],
    ['announce', 'u32'],
    ['anndelta', 'u32'],
    ['licenses', 'u32'],
    ['userpath', 'string'],
  ],
};

/**
 * The fields of all SESSION_INFO levels, [MS-SRVS] 2.2.4.12 to 2.2.4.16, without the prefix sesi.
 */
export interface SessionFields {
  /** The client's computer. */
  readonly cname: string;
  readonly username: string;
  readonly numOpens: number;
  /** Seconds since the session began. */
  readonly time: number;
  /** Seconds since the session was last used. */
  readonly idleTime: number;
  /** 1 for a guest. */
  readonly userFlags: number;
  readonly clientType: string;
  readonly transport: string;
}

/** SESSION_INFO by level, [MS-SRVS] 2.2.4.12 to 2.2.4.16. */
export const SESSION_LEVELS: Levels<SessionFields> = {
  0: [['cname', 'string']],
  1: [
    ['cname', 'string'],
    ['username', 'string'],
    ['numOpens', 'u32'],
    ['time', 'u32'],
    ['idleTime', 'u32'],
    ['userFlags', 'u32'],
  ],
  2: [
    ['cname', 'string'],
    ['username', 'string'],
    ['numOpens', 'u32'],
    ['time', 'u32'],
    ['idleTime', 'u32'],
    ['userFlags', 'u32'],
    ['clientType', 'string'],
  ],
  10: [
    ['cname', 'string'],
    ['username', 'string'],
    ['time', 'u32'],
    ['idleTime', 'u32'],
  ],
  502: [
    ['cname', 'string'],
    ['username', 'string'],
    ['numOpens', 'u32'],
    ['time', 'u32'],
    ['idleTime', 'u32'],
    ['userFlags', 'u32'],
    ['clientType', 'string'],
    ['transport', 'string'],
  ],
};

/**
 * The fields of all CONNECTION_INFO levels, [MS-SRVS] 2.2.4.1 and 2.2.4.2, without the prefix
 * coni1_.
 */
export interface ConnectionFields {
  readonly id: number;
  /** A value of ShareType. */
  readonly type: number;
  readonly numOpens: number;
  readonly numUsers: number;
  /** Seconds since the share was connected. */
  readonly time: number;
  readonly username: string;
  /** The share if the caller asked by computer, or the computer if the caller asked by share. */
  readonly netname: string;
}

/** CONNECTION_INFO by level, [MS-SRVS] 2.2.4.1 and 2.2.4.2. */
export const CONNECTION_LEVELS: Levels<ConnectionFields> = {
  0: [['id', 'u32']],
  1: [
    ['id', 'u32'],
    ['type', 'u32'],
    ['numOpens', 'u32'],
    ['numUsers', 'u32'],
    ['time', 'u32'],
    ['username', 'string'],
    ['netname', 'string'],
  ],
};

/** The fields of all FILE_INFO levels, [MS-SRVS] 2.2.4.6 and 2.2.4.7, without the prefix fi3_. */
export interface FileFields {
  readonly id: number;
  /** 1 read, 2 write, 4 create. */
  readonly permissions: number;
  readonly numLocks: number;
  readonly pathname: string;
  readonly username: string;
}

/** FILE_INFO by level, [MS-SRVS] 2.2.4.6 and 2.2.4.7. */
export const FILE_LEVELS: Levels<FileFields> = {
  2: [['id', 'u32']],
  3: [
    ['id', 'u32'],
    ['permissions', 'u32'],
    ['numLocks', 'u32'],
    ['pathname', 'string'],
    ['username', 'string'],
  ],
};
