import { readOptionalString, readOptionalU32, writeOptionalString, writeOptionalU32 } from '../ndr/parameters.ts';
import { type InfoList, type InfoUnion, infoList, infoUnion, type Levels } from '../ndr/records.ts';
import type { RpcOperation } from '../runtime/interface.ts';
import type { SyntaxId } from '../syntax.ts';
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
} from './structures.ts';

/** The Server Service, [MS-SRVS] 1.9. */
export const SRVSVC: SyntaxId = { uuid: '4b324fc8-1670-01d3-1278-5a47bf6ee188', major: 3, minor: 0 };

/**
 * A request for a list, which all *Enum procedures take. `filters` are the names that each
 * procedure has in addition.
 */
export interface EnumRequest<Entry> {
  readonly serverName: string | undefined;
  readonly filters: readonly (string | undefined)[];
  readonly info: InfoList<Entry>;
  /** Bytes; 0xffffffff for all. */
  readonly preferedMaximumLength: number;
  readonly resumeHandle: number | undefined;
}

export interface EnumResponse<Entry> {
  readonly info: InfoList<Entry>;
  readonly totalEntries: number;
  readonly resumeHandle: number | undefined;
  /** A value of WinError. */
  readonly status: number;
}

/** A procedure that returns a list. Its request has `filterNames` before the list. */
function enumeration<Entry extends object>(
  name: string,
  opnum: number,
  filterNames: readonly string[],
  levels: Levels<Entry>,
): RpcOperation<EnumRequest<Entry>, EnumResponse<Entry>> {
  const list = infoList(levels);
  return {
    name,
    opnum,
    request: {
      read: (r) => ({
        serverName: readOptionalString(r, 'ServerName'),
        filters: filterNames.map((filter) => readOptionalString(r, filter)),
        info: list.read(r),
        preferedMaximumLength: r.u32('PreferedMaximumLength'),
        resumeHandle: readOptionalU32(r, 'ResumeHandle'),
      }),
      write(w, request) {
        writeOptionalString(w, request.serverName);
        for (const filter of filterNames.keys()) writeOptionalString(w, request.filters[filter]);
        list.write(w, request.info);
        w.u32(request.preferedMaximumLength);
        writeOptionalU32(w, request.resumeHandle);
      },
    },
    response: {
      read: (r) => ({
        info: list.read(r),
        totalEntries: r.u32('TotalEntries'),
        resumeHandle: readOptionalU32(r, 'ResumeHandle'),
        status: r.u32('Return'),
      }),
      write(w, response) {
        list.write(w, response.info);
        w.u32(response.totalEntries);
        writeOptionalU32(w, response.resumeHandle);
        w.u32(response.status);
      },
    },
  };
}

/** [MS-SRVS] 3.1.4.1; filter: Qualifier, a share or a computer. */
export const netrConnectionEnum = enumeration<ConnectionFields>(
  'NetrConnectionEnum',
  8,
  ['Qualifier'],
  CONNECTION_LEVELS,
);

/** [MS-SRVS] 3.1.4.2; filters: BasePath and UserName. */
export const netrFileEnum = enumeration<FileFields>('NetrFileEnum', 9, ['BasePath', 'UserName'], FILE_LEVELS);

/** [MS-SRVS] 3.1.4.5; filters: ClientName and UserName. */
export const netrSessionEnum = enumeration<SessionFields>(
  'NetrSessionEnum',
  12,
  ['ClientName', 'UserName'],
  SESSION_LEVELS,
);

/** [MS-SRVS] 3.1.4.8. */
export const netrShareEnum = enumeration<ShareFields>('NetrShareEnum', 15, [], SHARE_LEVELS);

/** [MS-SRVS] 3.1.4.9: shares that outlive a restart. */
export const netrShareEnumSticky = enumeration<ShareFields>('NetrShareEnumSticky', 36, [], SHARE_LEVELS);

export interface ShareGetInfoRequest {
  readonly serverName: string | undefined;
  readonly netName: string;
  readonly level: number;
}

export interface InfoResponse<Entry> {
  readonly info: InfoUnion<Entry>;
  /** A value of WinError. */
  readonly status: number;
}

const shareInfo = infoUnion<ShareFields>(SHARE_LEVELS);
const serverInfo = infoUnion<ServerFields>(SERVER_LEVELS);

/** [MS-SRVS] 3.1.4.10. */
export const netrShareGetInfo: RpcOperation<ShareGetInfoRequest, InfoResponse<ShareFields>> = {
  name: 'NetrShareGetInfo',
  opnum: 16,
  request: {
    read: (r) => ({
      serverName: readOptionalString(r, 'ServerName'),
      netName: r.wideString('NetName'),
      level: r.u32('Level'),
    }),
    write(w, request) {
      writeOptionalString(w, request.serverName);
      w.wideString(request.netName);
      w.u32(request.level);
    },
  },
  response: {
    read: (r) => ({ info: shareInfo.read(r), status: r.u32('Return') }),
    write(w, response) {
      shareInfo.write(w, response.info);
      w.u32(response.status);
    },
  },
};

export interface ServerGetInfoRequest {
  readonly serverName: string | undefined;
  readonly level: number;
}

/** [MS-SRVS] 3.1.4.17. */
export const netrServerGetInfo: RpcOperation<ServerGetInfoRequest, InfoResponse<ServerFields>> = {
  name: 'NetrServerGetInfo',
  opnum: 21,
  request: {
    read: (r) => ({ serverName: readOptionalString(r, 'ServerName'), level: r.u32('Level') }),
    write(w, request) {
      writeOptionalString(w, request.serverName);
      w.u32(request.level);
    },
  },
  response: {
    read: (r) => ({ info: serverInfo.read(r), status: r.u32('Return') }),
    write(w, response) {
      serverInfo.write(w, response.info);
      w.u32(response.status);
    },
  },
};

/** TIME_OF_DAY_INFO, [MS-SRVS] 2.2.4.105. All times except elapsedt, msecs and timezone are UTC. */
export interface TimeOfDay {
  /** Seconds since 1970. */
  readonly elapsedt: number;
  /** Milliseconds since the system started. */
  readonly msecs: number;
  readonly hours: number;
  readonly mins: number;
  readonly secs: number;
  readonly hunds: number;
  /** Minutes west of UTC. */
  readonly timezone: number;
  /** Length of a tick, in units of 0.1 ms. */
  readonly tinterval: number;
  readonly day: number;
  readonly month: number;
  readonly year: number;
  /** 0 is Sunday. */
  readonly weekday: number;
}

export interface RemoteTodResponse {
  readonly time: TimeOfDay | undefined;
  /** A value of WinError. */
  readonly status: number;
}

const TIME_FIELDS = [
  'elapsedt',
  'msecs',
  'hours',
  'mins',
  'secs',
  'hunds',
  'timezone',
  'tinterval',
  'day',
  'month',
  'year',
  'weekday',
] as const;

/** [MS-SRVS] 3.1.4.21. */
export const netrRemoteTod: RpcOperation<{ readonly serverName: string | undefined }, RemoteTodResponse> = {
  name: 'NetrRemoteTOD',
  opnum: 28,
  request: {
    read: (r) => ({ serverName: readOptionalString(r, 'ServerName') }),
    write: (w, request) => writeOptionalString(w, request.serverName),
  },
  response: {
    read(r) {
      const time = r.pointer('BufferPtr', () => {
        const values = TIME_FIELDS.map((field) => [field, field === 'timezone' ? r.i32(field) : r.u32(field)]);
        return Object.fromEntries(values) as unknown as TimeOfDay;
      });
      return { time: time(), status: r.u32('Return') };
    },
    write(w, response) {
      w.pointer(response.time, (time) => {
        for (const field of TIME_FIELDS) w.i32(time[field] | 0);
      });
      w.u32(response.status);
    },
  },
};
