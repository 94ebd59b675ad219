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
import { sameAccount } from '@tsmbd/ms-dtyp';
import { type SessionStatus, type SmbServer, statusOf } from '@tsmbd/smb2-server';

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
    sessions: () => statusOf(engine()).sessions.map(sessionInfo),
    connections: () => statusOf(engine()).sessions.flatMap(connectionInfos),
    files: () => statusOf(engine()).sessions.flatMap(fileInfos),
    lookupSid: (sid) => local().find((account) => account.sid === sid),
    lookupName: (name) => {
      const wanted = name.slice(name.lastIndexOf('\\') + 1);
      return local().find((account) => sameAccount(account.name, wanted));
    },
  };
}

function sessionInfo(session: SessionStatus): SessionInfo {
  return {
    clientName: clientName(session),
    userName: session.user,
    openCount: session.opens.length,
    activeSeconds: secondsSince(session.connectedAt),
    idleSeconds: 0,
    guest: session.guest,
  };
}

/** What RPC calls a connection is a tree connect. */
function connectionInfos(session: SessionStatus): ConnectionInfo[] {
  return session.trees.map((tree) => ({
    id: tree.id,
    shareName: tree.share,
    shareType: tree.share.toUpperCase() === 'IPC$' ? ShareType.IPC : ShareType.DISK,
    clientName: clientName(session),
    userName: session.user,
    openCount: tree.opens,
    userCount: 1,
    activeSeconds: secondsSince(tree.connectedAt),
  }));
}

function fileInfos(session: SessionStatus): FileInfo[] {
  return session.opens.map((open) => ({
    id: Number.parseInt(open.id, 16),
    permissions: ((open.access & 0x1) !== 0 ? 1 : 0) | ((open.access & 0x6) !== 0 ? 2 : 0),
    lockCount: 0,
    path: `${open.share}:\\${open.path}`,
    userName: session.user,
  }));
}

function clientName({ client }: SessionStatus): string {
  return `\\\\${client.replace(/:\d+$/, '')}`;
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
