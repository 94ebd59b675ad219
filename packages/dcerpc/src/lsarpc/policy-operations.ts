import type { NdrReader } from '../ndr/reader.ts';
import { readContextHandle, writeContextHandle } from '../ndr/types.ts';
import type { NdrWriter } from '../ndr/writer.ts';
import type { RpcOperation } from '../runtime/interface.ts';
import type { SyntaxId } from '../syntax.ts';
import { type PolicyInformation, policyInformation } from './structures.ts';

/** Local Security Authority, [MS-LSAD] 1.9 and [MS-LSAT] 1.9. */
export const LSARPC: SyntaxId = { uuid: '12345778-1234-abcd-ef00-0123456789ab', major: 0, minor: 0 };

export interface HandleResponse {
  /** 20 bytes. */
  readonly handle: Uint8Array;
  /** An NTSTATUS. */
  readonly status: number;
}

const handleResponse = {
  read: (r: NdrReader): HandleResponse => ({ handle: readContextHandle(r, 'PolicyHandle'), status: r.u32('Return') }),
  write(w: NdrWriter, value: HandleResponse): void {
    writeContextHandle(w, value.handle);
    w.u32(value.status);
  },
};

/** [MS-LSAD] 3.1.4.9.4. */
export const lsarClose: RpcOperation<{ readonly handle: Uint8Array }, HandleResponse> = {
  name: 'LsarClose',
  opnum: 0,
  request: {
    read: (r) => ({ handle: readContextHandle(r, 'ObjectHandle') }),
    write: (w, request) => writeContextHandle(w, request.handle),
  },
  response: handleResponse,
};

/**
 * The only part of an open request that is used. The system's name and the object's attributes are
 * ignored (3.1.4.4.1).
 */
export interface OpenPolicyRequest {
  readonly desiredAccess: number;
}

function openPolicy(name: string, opnum: number): RpcOperation<OpenPolicyRequest, HandleResponse> {
  return {
    name,
    opnum,
    request: {
      // DesiredAccess comes last, whatever comes before it.
      read(r) {
        if (r.remaining < 4) r.fail('DesiredAccess', 'missing');
        r.bytes(r.remaining - 4, 'ObjectAttributes');
        return { desiredAccess: r.u32('DesiredAccess') };
      },
      write(w, request) {
        w.u32(0);
        // An empty LSAPR_OBJECT_ATTRIBUTES, [MS-LSAD] 2.2.2.4.
        for (const value of [24, 0, 0, 0, 0, 0]) w.u32(value);
        w.u32(request.desiredAccess);
      },
    },
    response: handleResponse,
  };
}

/** [MS-LSAD] 3.1.4.4.2. */
export const lsarOpenPolicy = openPolicy('LsarOpenPolicy', 6);

/** [MS-LSAD] 3.1.4.4.1. */
export const lsarOpenPolicy2 = openPolicy('LsarOpenPolicy2', 44);

export interface QueryInformationPolicyRequest {
  readonly handle: Uint8Array;
  /** A value of PolicyClass. */
  readonly informationClass: number;
}

export interface QueryInformationPolicyResponse {
  readonly information: PolicyInformation | undefined;
  /** An NTSTATUS. */
  readonly status: number;
}

function queryInformationPolicy(
  name: string,
  opnum: number,
): RpcOperation<QueryInformationPolicyRequest, QueryInformationPolicyResponse> {
  return {
    name,
    opnum,
    request: {
      read: (r) => ({ handle: readContextHandle(r, 'PolicyHandle'), informationClass: r.u16('InformationClass') }),
      write(w, request) {
        writeContextHandle(w, request.handle);
        w.u16(request.informationClass);
      },
    },
    response: {
      read: (r) => ({ information: policyInformation.read(r), status: r.u32('Return') }),
      write(w, response) {
        policyInformation.write(w, response.information);
        w.u32(response.status);
      },
    },
  };
}

/** [MS-LSAD] 3.1.4.4.4. */
export const lsarQueryInformationPolicy = queryInformationPolicy('LsarQueryInformationPolicy', 7);

/** [MS-LSAD] 3.1.4.4.3. */
export const lsarQueryInformationPolicy2 = queryInformationPolicy('LsarQueryInformationPolicy2', 46);
