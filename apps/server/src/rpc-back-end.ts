import { uptime } from 'node:os';
import {
  type AccountInfo,
  type ConnectionInfo,
  type FileInfo,
  type ManagementBackend,
  type SessionInfo,
  type ShareInfo,
  SidType,
} from '@tsmbd/dcerpc';
import { sameAccount, unixMsFromFiletime } from '@tsmbd/ms-dtyp';
import { listOpens, type SmbServer } from '@tsmbd/smb2-server';

type Session = SmbServer['sessions'] extends ReadonlyMap<bigint, infer S> ? S : never;

/** Accounts as the pipes look them up: by name, and by SID. */
export interface AccountDirectory {
  /** The SID that the SIDs of the accounts of this machine begin with. */
  readonly machineSid: string;
  accounts(): readonly { readonly name: string; readonly sid: string }[];
}

/** STYPE_*, [MS-SRVS] 2.2.2.4. */
const ShareType = { DISK: 0, IPC: 3, SPECIAL: 0x8000_0000 } as const;
/** What Windows 10 and Server 2016 call themselves. */
const VERSION_MAJOR = 10;

/** What the pipes of IPC$ tell of this server, [MS-SRVS], [MS-WKST], [MS-LSAT]. */
export function rpcBackEnd(
  engine: () => SmbServer,
  directory: AccountDirectory,
  comment: () => string,
): ManagementBackend {
  const local = (): AccountInfo[] =>
    directory
      .accounts()
      .map(({ name, sid }) => ({ name, sid, domain: engine().config.netbiosName, type: SidType.USER }));
  return {
    server() {
      const { netbiosName, domain, dnsDomain } = engine().config;
      const version = { versionMajor: VERSION_MAJOR, versionMinor: 0 };
      return { name: netbiosName, domain, dnsDomain, machineSid: directory.machineSid, comment: comment(), ...version };
    },
    clock: () => ({
      unixMs: Date.now(),
      uptimeMs: Math.round(uptime() * 1000),
      timezoneMinutes: new Date().getTimezoneOffset(),
    }),
    shares: () => engine().shares.map((share) => shareInfo(share, engine())),
    sessions: () => sessionsOf(engine()).map(sessionInfo),
    connections: () => sessionsOf(engine()).flatMap(connectionInfos),
    sessionCount: () => sessionsOf(engine()).length,
    fileCount: () => sessionsOf(engine()).reduce((sum, { opens }) => sum + opens.size, 0),
    files: (from) => fileInfos(engine(), from),
    lookupSid: (sid) => local().find((account) => account.sid === sid),
    lookupName: (name) => {
      const wanted = name.slice(name.lastIndexOf('\\') + 1);
      return local().find((account) => sameAccount(account.name, wanted));
    },
  };
}

/** The sessions that have a user. */
function sessionsOf({ sessions }: SmbServer): Session[] {
  return [...sessions.values()].filter(({ identity }) => identity !== undefined);
}

function sessionInfo(session: Session): SessionInfo {
  return {
    clientName: clientName(session),
    userName: session.identity!.name,
    openCount: session.opens.size,
    activeSeconds: secondsSince(unixMsFromFiletime(session.createdAt)),
    idleSeconds: 0,
    guest: session.guest,
  };
}

/** What RPC calls a connection is a tree connect. */
function connectionInfos(session: Session): ConnectionInfo[] {
  return [...session.trees.values()].map((tree) => ({
    id: tree.treeId,
    shareName: tree.share.name,
    shareType: tree.share.type === 'pipe' ? ShareType.IPC : ShareType.DISK,
    clientName: clientName(session),
    userName: session.identity!.name,
    openCount: tree.openCount,
    userCount: 1,
    activeSeconds: secondsSince(unixMsFromFiletime(tree.connectedAt)),
  }));
}

function* fileInfos(engine: SmbServer, from: number): Iterable<FileInfo> {
  for (const { session, open, path } of listOpens(engine, from)) {
    yield {
      // The number of the worker, if there are several, stands above these bits.
      id: Number(BigInt.asUintN(32, open.fileId.volatile)),
      permissions: ((open.grantedAccess & 0x1) !== 0 ? 1 : 0) | ((open.grantedAccess & 0x6) !== 0 ? 2 : 0),
      lockCount: 0,
      path: `${open.tree.share.name}:\\${path}`,
      userName: session.identity!.name,
    };
  }
}

function clientName({ connection }: Session): string {
  return `\\\\${connection.transport.remoteAddress}`;
}

/** @param at milliseconds since 1970 */
function secondsSince(at: number): number {
  return Math.floor((Date.now() - at) / 1000);
}

function shareInfo(share: SmbServer['shares'][number], engine: SmbServer): ShareInfo {
  const isIpc = share.type === 'pipe';
  return {
    name: share.name,
    type: isIpc ? ShareType.IPC | ShareType.SPECIAL : ShareType.DISK,
    comment: share.comment,
    // The path on this machine is not told.
    path: isIpc ? '' : `C:\\${share.name}`,
    currentUses: engine.treeCount(share),
    flags: share.caching,
    hidden: !share.browseable,
    ...(share.maxConnections > 0 && { maxUses: share.maxConnections }),
  };
}
