import { sameAccount } from '@tsmbd/ms-dtyp';
import type { ConnectionInfo, FileInfo, ManagementBackend, SessionInfo, ShareInfo } from '../management.ts';
import type { Levels } from '../ndr/records.ts';
import { procedure, type RpcCaller, type RpcInterface } from '../runtime/interface.ts';
import { WinError } from '../win-error.ts';
import {
  type EnumRequest,
  type EnumResponse,
  netrConnectionEnum,
  netrFileEnum,
  netrRemoteTod,
  netrServerGetInfo,
  netrSessionEnum,
  netrShareEnum,
  netrShareEnumSticky,
  netrShareGetInfo,
  SRVSVC,
} from './operations.ts';
import {
  CONNECTION_LEVELS,
  type ConnectionFields,
  FILE_LEVELS,
  type FileFields,
  SERVER_LEVELS,
  SESSION_LEVELS,
  type ServerFields,
  type SessionFields,
  SHARE_LEVELS,
  type ShareFields,
  ShareType,
} from './structures.ts';
import { timeOfDay } from './time-of-day.ts';

/**
 * The Server Service on \PIPE\srvsvc, [MS-SRVS]. For procedures that are not here, the opnum is out
 * of range.
 */
export function createSrvsvc(backend: ManagementBackend): RpcInterface {
  const listed = (): ShareInfo[] => backend.shares().filter((share) => share.hidden !== true);
  return {
    pipe: 'srvsvc',
    syntax: SRVSVC,
    procedures: new Map([
      procedure(netrShareEnum, (request, { caller }) =>
        enumerate(
          request,
          SHARE_LEVELS,
          listOf(() => listed().map(shareFields)),
          mayUse(caller, ADMIN_SHARE_LEVELS, request),
        ),
      ),
      procedure(netrShareEnumSticky, (request, { caller }) =>
        enumerate(
          request,
          SHARE_LEVELS,
          listOf(() => listed().filter(isSticky).map(shareFields)),
          mayUse(caller, ADMIN_SHARE_LEVELS, request),
        ),
      ),
      procedure(netrShareGetInfo, ({ netName, level }, { caller }) =>
        infoOf(shareNamed(backend, netName), level, caller),
      ),
      procedure(netrServerGetInfo, ({ level }) =>
        level in SERVER_LEVELS
          ? { info: { level, entry: serverFields(backend) }, status: WinError.ERROR_SUCCESS }
          : { info: { level, entry: undefined }, status: WinError.ERROR_INVALID_LEVEL },
      ),
      procedure(netrRemoteTod, () => ({ time: timeOfDay(backend.clock()), status: WinError.ERROR_SUCCESS })),
      procedure(netrSessionEnum, (request, { caller }) => {
        const [client, user] = request.filters;
        const entries = () =>
          backend
            .sessions()
            .map(sessionFields)
            .filter((s) => matches(s.cname, client, '\\\\') && isUser(s.username, user));
        return enumerate(request, SESSION_LEVELS, listOf(entries), caller.administrator);
      }),
      procedure(netrConnectionEnum, (request, { caller }) => {
        const [qualifier] = request.filters;
        const entries = () => connectionFields(backend.connections(), qualifier ?? '');
        return enumerate(request, CONNECTION_LEVELS, listOf(entries), caller.administrator);
      }),
      procedure(netrFileEnum, (request, { caller }) => {
        const [basePath, user] = request.filters;
        const base = basePath?.toLowerCase() ?? '';
        const isAsked = (f: FileFields) => f.pathname.toLowerCase().startsWith(base) && isUser(f.username, user);
        const list = {
          max: MAX_FILES,
          count: () => backend.fileCount(),
          from: (first: number) => mapped(backend.files(first), fileFields),
          isAsked,
        };
        return enumerate(request, FILE_LEVELS, list, caller.administrator);
      }),
    ]),
  };
}

function shareNamed(backend: ManagementBackend, netName: string): ShareInfo | undefined {
  const name = netName.toLowerCase();
  return backend.shares().find((share) => share.name.toLowerCase() === name);
}

/** NetrShareGetInfo, [MS-SRVS] 3.1.4.10. */
function infoOf(share: ShareInfo | undefined, level: number, caller: RpcCaller) {
  const refused = (status: number) => ({ info: { level, entry: undefined }, status });
  if (!(level in SHARE_LEVELS)) return refused(WinError.ERROR_INVALID_LEVEL);
  if (ADMIN_SHARE_LEVELS.has(level) && !caller.administrator) return refused(WinError.ERROR_ACCESS_DENIED);
  if (share === undefined) return refused(WinError.NERR_NetNameNotFound);
  return { info: { level, entry: shareFields(share) }, status: WinError.ERROR_SUCCESS };
}

/** Levels that show paths and descriptors, [MS-SRVS] 3.1.4.8. */
const ADMIN_SHARE_LEVELS: ReadonlySet<number> = new Set([2, 502]);

function mayUse(caller: RpcCaller, levels: ReadonlySet<number>, request: EnumRequest<unknown>): boolean {
  return caller.administrator || !levels.has(request.info.level);
}

/**
 * How many open files one call looks at and returns at most: a server may have very many, and
 * nobody should wait for a list of them. A caller asks again for the rest.
 */
export const MAX_FILES = 1024;

/** What an *Enum lists. */
interface EnumList<Entry> {
  /** How many entries one call looks at and returns at most. */
  readonly max: number;
  /** How many entries there are. Only called if the caller may see them. */
  count(): number;
  /** The entries from one on, each made when it is asked for. */
  from(first: number): Iterable<Partial<Entry>>;
  /** Whether the caller asks for this entry. Absent: for all. */
  isAsked?(entry: Partial<Entry>): boolean;
}

/** A short list, which is made at once. */
function listOf<Entry>(entries: () => readonly Partial<Entry>[]): EnumList<Entry> {
  let made: readonly Partial<Entry>[] | undefined;
  const all = () => {
    made ??= entries();
    return made;
  };
  return { max: Number.POSITIVE_INFINITY, count: () => all().length, from: (first) => all().slice(first) };
}

function* mapped<T, U>(values: Iterable<T>, map: (value: T) => U): Iterable<U> {
  for (const value of values) yield map(value);
}

/**
 * Answers an *Enum. Level and right are checked, and the list is cut off if the caller has no room
 * for more.
 */
function enumerate<Entry extends object>(
  request: EnumRequest<Entry>,
  levels: Levels<Entry>,
  list: EnumList<Entry>,
  allowed: boolean,
): EnumResponse<Entry> {
  const { level } = request.info;
  const refuse = (status: number): EnumResponse<Entry> => ({
    info: { level, entries: undefined },
    totalEntries: 0,
    resumeHandle: request.resumeHandle,
    status,
  });
  const fields = levels[level];
  // An unknown level is refused. Level 1005 is refused too: it is in SHARE_LEVELS for GetInfo only,
  // and lists do not have it.
  if (fields === undefined || level === 1005) return refuse(WinError.ERROR_INVALID_LEVEL);
  if (!allowed) return refuse(WinError.ERROR_ACCESS_DENIED);

  const count = list.count();
  const from = Math.min(request.resumeHandle ?? 0, count);
  let room = request.preferedMaximumLength;
  let to = from;
  let isAll = true;
  const entries: Partial<Entry>[] = [];
  for (const entry of list.from(from)) {
    const isAsked = list.isAsked?.(entry) ?? true;
    if (isAsked) room -= sizeOf(entry, fields);
    if (to - from >= list.max || (room < 0 && entries.length > 0)) {
      isAll = false;
      break;
    }
    to++;
    if (isAsked) entries.push(entry);
  }
  return {
    info: { level, entries },
    // A hint, [MS-SRVS] 3.1.4.4: of entries that are not looked at, nobody knows which are asked
    // for.
    totalEntries: entries.length + (isAll ? 0 : count - to),
    resumeHandle: request.resumeHandle === undefined ? undefined : isAll ? 0 : to,
    status: isAll ? WinError.ERROR_SUCCESS : WinError.ERROR_MORE_DATA,
  };
}

/** About how many bytes an entry takes in the caller's memory. */
function sizeOf<Entry extends object>(
  entry: Partial<Entry>,
  fields: readonly (readonly [keyof Entry, string])[],
): number {
  let size = 0;
  for (const [name] of fields) {
    const value = entry[name];
    size += 4 + (typeof value === 'string' ? 2 * value.length + 2 : value instanceof Uint8Array ? value.length : 0);
  }
  return size;
}

/** Whether a name matches a filter; an absent or empty filter matches all names. */
function matches(name: string, filter: string | undefined, prefix = ''): boolean {
  if (filter === undefined || filter === '') return true;
  const wanted = filter.startsWith(prefix) ? filter.slice(prefix.length) : filter;
  return name.toLowerCase() === wanted.toLowerCase();
}

/** Whether a user matches a filter; an absent or empty filter matches all users. */
function isUser(name: string, filter: string | undefined): boolean {
  return filter === undefined || filter === '' || sameAccount(name, filter);
}

function isSticky(share: ShareInfo): boolean {
  return (share.type & (ShareType.TEMPORARY | ShareType.SPECIAL)) === 0;
}

function shareFields(share: ShareInfo): Partial<ShareFields> {
  return {
    netname: share.name,
    type: share.type >>> 0,
    remark: share.comment,
    permissions: 0,
    maxUses: share.maxUses ?? 0xffffffff,
    currentUses: share.currentUses,
    path: share.path,
    flags: share.flags,
    ...(share.securityDescriptor !== undefined && { securityDescriptor: share.securityDescriptor }),
  };
}

function serverFields(backend: ManagementBackend): ServerFields {
  const server = backend.server();
  return {
    platformId: PLATFORM_ID_NT,
    name: server.name,
    versionMajor: server.versionMajor,
    versionMinor: server.versionMinor,
    type: SV_TYPE_WORKSTATION | SV_TYPE_SERVER | SV_TYPE_NT | SV_TYPE_SERVER_NT,
    comment: server.comment,
    users: server.maxUsers ?? 0xffffffff,
    disc: 15,
    hidden: 0,
    announce: 240,
    anndelta: 3000,
    licenses: 0,
    userpath: 'C:\\',
  };
}

function sessionFields(session: SessionInfo): SessionFields {
  return {
    cname: session.clientName,
    username: session.userName,
    numOpens: session.openCount,
    time: session.activeSeconds,
    idleTime: session.idleSeconds,
    userFlags: session.guest ? 1 : 0,
    clientType: '',
    transport: '',
  };
}

/** Connections to a share, or from a computer (`\\name`), [MS-SRVS] 3.1.4.1. */
function connectionFields(connections: readonly ConnectionInfo[], qualifier: string): ConnectionFields[] {
  const byComputer = qualifier.startsWith('\\\\');
  return connections
    .filter((c) => (byComputer ? matches(c.clientName, qualifier, '\\\\') : matches(c.shareName, qualifier)))
    .map((c) => ({
      id: c.id,
      type: c.shareType,
      numOpens: c.openCount,
      numUsers: c.userCount,
      time: c.activeSeconds,
      username: c.userName,
      netname: byComputer ? c.shareName : c.clientName,
    }));
}

function fileFields(file: FileInfo): FileFields {
  return {
    id: file.id,
    permissions: file.permissions,
    numLocks: file.lockCount,
    pathname: file.path,
    username: file.userName,
  };
}

/** [MS-SRVS] 2.2.2.6 and 2.2.2.7. */
const PLATFORM_ID_NT = 500;
const SV_TYPE_WORKSTATION = 0x00000001;
const SV_TYPE_SERVER = 0x00000002;
const SV_TYPE_NT = 0x00001000;
const SV_TYPE_SERVER_NT = 0x00008000;
