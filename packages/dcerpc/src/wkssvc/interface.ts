import type { ManagementBackend } from '../management.ts';
import { readOptionalString, writeOptionalString } from '../ndr/parameters.ts';
import { type InfoUnion, infoUnion, type Levels } from '../ndr/records.ts';
import { procedure, type RpcInterface, type RpcOperation } from '../runtime/interface.ts';
import type { SyntaxId } from '../syntax.ts';
import { WinError } from '../win-error.ts';

/** The Workstation Service, [MS-WKST] 1.9. */
export const WKSSVC: SyntaxId = { uuid: '6bffd098-a112-3610-9833-46c3f87e345a', major: 1, minor: 0 };

/** The fields of WKSTA_INFO_100 to 102, [MS-WKST] 2.2.5.1 to 2.2.5.3. */
export interface WorkstationFields {
  readonly platformId: number;
  readonly computername: string;
  readonly langroup: string;
  readonly verMajor: number;
  readonly verMinor: number;
  readonly lanroot: string;
  readonly loggedOnUsers: number;
}

const BASE = [
  ['platformId', 'u32'],
  ['computername', 'string'],
  ['langroup', 'string'],
  ['verMajor', 'u32'],
  ['verMinor', 'u32'],
] as const;

/** WKSTA_INFO by level, [MS-WKST] 2.2.5.1 to 2.2.5.3. */
export const WORKSTATION_LEVELS: Levels<WorkstationFields> = {
  100: BASE,
  101: [...BASE, ['lanroot', 'string']],
  102: [...BASE, ['lanroot', 'string'], ['loggedOnUsers', 'u32']],
};

export interface WkstaGetInfoRequest {
  readonly serverName: string | undefined;
  readonly level: number;
}

export interface WkstaGetInfoResponse {
  readonly info: InfoUnion<WorkstationFields>;
  /** A value of WinError. */
  readonly status: number;
}

const workstationInfo = infoUnion<WorkstationFields>(WORKSTATION_LEVELS);

/** [MS-WKST] 3.2.4.1. */
export const netrWkstaGetInfo: RpcOperation<WkstaGetInfoRequest, WkstaGetInfoResponse> = {
  name: 'NetrWkstaGetInfo',
  opnum: 0,
  request: {
    read: (r) => ({ serverName: readOptionalString(r, 'ServerName'), level: r.u32('Level') }),
    write(w, request) {
      writeOptionalString(w, request.serverName);
      w.u32(request.level);
    },
  },
  response: {
    read: (r) => ({ info: workstationInfo.read(r), status: r.u32('Return') }),
    write(w, response) {
      workstationInfo.write(w, response.info);
      w.u32(response.status);
    },
  },
};

/** The Workstation Service on \PIPE\wkssvc, [MS-WKST]. */
export function createWkssvc(backend: ManagementBackend): RpcInterface {
  return {
    pipe: 'wkssvc',
    syntax: WKSSVC,
    procedures: new Map([
      procedure(netrWkstaGetInfo, ({ level }, { caller }) => {
        const refuse = (status: number) => ({ info: { level, entry: undefined }, status });
        if (!(level in WORKSTATION_LEVELS)) return refuse(WinError.ERROR_INVALID_LEVEL);
        // Only administrators may see who is logged on, [MS-WKST] 3.2.4.1.
        if (level === 102 && !caller.administrator) return refuse(WinError.ERROR_ACCESS_DENIED);
        const server = backend.server();
        const entry: WorkstationFields = {
          platformId: PLATFORM_ID_NT,
          computername: server.name,
          langroup: server.domain,
          verMajor: server.versionMajor,
          verMinor: server.versionMinor,
          lanroot: '',
          loggedOnUsers: backend.sessionCount(),
        };
        return { info: { level, entry }, status: WinError.ERROR_SUCCESS };
      }),
    ]),
  };
}

const PLATFORM_ID_NT = 500;
