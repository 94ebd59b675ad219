import { uptime } from 'node:os';
import { type AccountInfo, type ManagementBackend, type ShareInfo, SidType } from '@tsmbd/dcerpc';
import { sameAccount } from '@tsmbd/ms-dtyp';
import { type SmbServer, statusOf } from '@tsmbd/smb2-server';

/** Accounts as the pipes look them up: by name, and by SID. */
export interface AccountDirectory {
  /** SID that the accounts of this machine are made of. */
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
      return {
        name: netbiosName,
        domain,
        dnsDomain,
        machineSid: directory.machineSid,
        comment: comment(),
        versionMajor: VERSION_MAJOR,
        versionMinor: 0,
      };
    },
    clock: () => ({
      unixMs: Date.now(),
      uptimeMs: Math.round(uptime() * 1000),
      timezoneMinutes: new Date().getTimezoneOffset(),
    }),
    shares: () => engine().shares.map((share) => shareInfo(share, engine())),
    sessions: () => {
      const now = Date.now();
      return statusOf(engine()).sessions.map((s) => ({
        clientName: `\\\\${s.client.replace(/:\d+$/, '')}`,
        userName: s.user,
        openCount: s.opens.length,
        activeSeconds: Math.floor((now - s.connectedAt) / 1000),
        idleSeconds: 0,
        guest: s.guest,
      }));
    },
    connections: () => {
      const now = Date.now();
      return statusOf(engine()).sessions.flatMap((s) =>
        s.trees.map((tree) => ({
          id: tree.id,
          shareName: tree.share,
          shareType: tree.share.toUpperCase() === 'IPC$' ? ShareType.IPC : ShareType.DISK,
          clientName: `\\\\${s.client.replace(/:\d+$/, '')}`,
          userName: s.user,
          openCount: tree.opens,
          userCount: 1,
          activeSeconds: Math.floor((now - tree.connectedAt) / 1000),
        })),
      );
    },
    files: () =>
      statusOf(engine()).sessions.flatMap((s) =>
        s.opens.map((open) => ({
          id: Number.parseInt(open.id, 16),
          permissions: ((open.access & 0x1) !== 0 ? 1 : 0) | ((open.access & 0x6) !== 0 ? 2 : 0),
          lockCount: 0,
          path: `${open.share}:\\${open.path}`,
          userName: s.user,
        })),
      ),
    lookupSid: (sid) => local().find((account) => account.sid === sid),
    lookupName: (name) => {
      const wanted = name.slice(name.lastIndexOf('\\') + 1);
      return local().find((account) => sameAccount(account.name, wanted));
    },
  };
}

function shareInfo(share: SmbServer['shares'][number], engine: SmbServer): ShareInfo {
  const isIpc = share.type === 'pipe';
  return {
    name: share.name,
    type: isIpc ? ShareType.IPC | ShareType.SPECIAL : ShareType.DISK,
    comment: share.comment,
    // Where it lies on this machine is nobody's business.
    path: isIpc ? '' : `C:\\${share.name}`,
    currentUses: engine.treeCount(share),
    flags: share.caching,
    hidden: !share.browseable,
    ...(share.maxConnections > 0 && { maxUses: share.maxConnections }),
  };
}
