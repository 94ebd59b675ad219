import type { Sid } from '@tsmbd/ms-dtyp';
import { readOptionalString, writeOptionalString } from '../ndr/parameters.ts';
import type { NdrReader } from '../ndr/reader.ts';
import {
  readContextHandle,
  readSid,
  readUnicodeString,
  writeContextHandle,
  writeSid,
  writeUnicodeString,
} from '../ndr/types.ts';
import type { NdrWriter } from '../ndr/writer.ts';
import type { RpcOperation } from '../runtime/interface.ts';
import type { SyntaxId } from '../syntax.ts';
import {
  type PolicyInformation,
  policyInformation,
  type ReferencedDomain,
  referencedDomains,
  type Translated,
  type TranslationForm,
  translations,
} from './structures.ts';

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

/** All that matters of an open: the system's name and the object's attributes are not looked at (3.1.4.4.1). */
export interface OpenPolicyRequest {
  readonly desiredAccess: number;
}

function openPolicy(name: string, opnum: number): RpcOperation<OpenPolicyRequest, HandleResponse> {
  return {
    name,
    opnum,
    request: {
      // Whatever is said before it, DesiredAccess comes last.
      read(r) {
        if (r.remaining < 4) r.fail('DesiredAccess', 'missing');
        r.bytes(r.remaining - 4, 'ObjectAttributes');
        return { desiredAccess: r.u32('DesiredAccess') };
      },
      write(w, request) {
        w.u32(0);
        // LSAPR_OBJECT_ATTRIBUTES without anything, [MS-LSAD] 2.2.2.4.
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

/** What all lookups answer. */
export interface LookupResponse {
  readonly domains: readonly ReferencedDomain[] | undefined;
  readonly translated: readonly Translated[];
  readonly mappedCount: number;
  /** STATUS_SUCCESS, SOME_NOT_MAPPED or NONE_MAPPED. */
  readonly status: number;
}

function lookupResponse(form: TranslationForm) {
  const list = translations(form);
  return {
    read: (r: NdrReader): LookupResponse => ({
      domains: referencedDomains.read(r),
      translated: list.read(r),
      mappedCount: r.u32('MappedCount'),
      status: r.u32('Return'),
    }),
    write(w: NdrWriter, response: LookupResponse): void {
      referencedDomains.write(w, response.domains);
      list.write(w, response.translated);
      w.u32(response.mappedCount);
      w.u32(response.status);
    },
  };
}

/** What follows the names or SIDs: translations (empty), LookupLevel, MappedCount, and in later versions options. */
function readLookupTail(r: NdrReader, form: TranslationForm, hasOptions: boolean): void {
  translations(form).read(r);
  r.u16('LookupLevel');
  r.u32('MappedCount');
  if (!hasOptions) return;
  r.u32('LookupOptions');
  r.u32('ClientRevision');
}

function writeLookupTail(w: NdrWriter, form: TranslationForm, hasOptions: boolean): void {
  translations(form).write(w, []);
  w.u16(LOOKUP_LEVEL_ANY);
  w.u32(0);
  if (!hasOptions) return;
  w.u32(0);
  w.u32(2);
}

export interface LookupNamesRequest {
  /** Absent in version 4. */
  readonly handle?: Uint8Array;
  readonly names: readonly string[];
}

function lookupNames(
  name: string,
  opnum: number,
  form: TranslationForm,
  hasHandle = true,
): RpcOperation<LookupNamesRequest, LookupResponse> {
  const hasOptions = form !== 'rid';
  return {
    name,
    opnum,
    request: {
      read(r) {
        const handle = hasHandle ? readContextHandle(r, 'PolicyHandle') : undefined;
        const count = r.u32('Count');
        if (count > MAX_NAMES) r.fail('Count', `${count}, at most ${MAX_NAMES}`);
        const names = r.conformantArray('Names', () => readUnicodeString(r, 'Names'), count).map((n) => n() ?? '');
        readLookupTail(r, form, hasOptions);
        return { ...(handle !== undefined && { handle }), names };
      },
      write(w, request) {
        if (request.handle !== undefined) writeContextHandle(w, request.handle);
        w.u32(request.names.length);
        w.conformantArray(request.names, (text) => writeUnicodeString(w, text));
        writeLookupTail(w, form, hasOptions);
      },
    },
    response: lookupResponse(form),
  };
}

/** [MS-LSAT] 3.1.4.8. */
export const lsarLookupNames = lookupNames('LsarLookupNames', 14, 'rid');

/** [MS-LSAT] 3.1.4.7. */
export const lsarLookupNames2 = lookupNames('LsarLookupNames2', 58, 'rid-flags');

/** [MS-LSAT] 3.1.4.6. */
export const lsarLookupNames3 = lookupNames('LsarLookupNames3', 68, 'sid-flags');

/** [MS-LSAT] 3.1.4.5. */
export const lsarLookupNames4 = lookupNames('LsarLookupNames4', 77, 'sid-flags', false);

export interface LookupSidsRequest {
  /** Absent in version 3. */
  readonly handle?: Uint8Array;
  readonly sids: readonly Sid[];
}

function lookupSids(
  name: string,
  opnum: number,
  form: TranslationForm,
  hasHandle = true,
): RpcOperation<LookupSidsRequest, LookupResponse> {
  const hasOptions = form !== 'name';
  return {
    name,
    opnum,
    request: {
      read(r) {
        const handle = hasHandle ? readContextHandle(r, 'PolicyHandle') : undefined;
        const sids = r.construct(() => {
          const count = r.u32('Entries');
          if (count > MAX_SIDS) r.fail('Entries', `${count}, at most ${MAX_SIDS}`);
          return r.pointer('SidInfo', () =>
            r.conformantArray('SidInfo', () => r.pointer('Sid', () => readSid(r, 'Sid')), count),
          );
        });
        readLookupTail(r, form, hasOptions);
        const read = (sids() ?? []).map((sid) => sid() ?? r.fail('Sid', 'null'));
        return { ...(handle !== undefined && { handle }), sids: read };
      },
      write(w, request) {
        if (request.handle !== undefined) writeContextHandle(w, request.handle);
        w.construct(() => {
          w.u32(request.sids.length);
          w.pointer(request.sids, (sids) =>
            w.conformantArray(sids, (value) => w.pointer(value, (sid) => writeSid(w, sid))),
          );
        });
        writeLookupTail(w, form, hasOptions);
      },
    },
    response: lookupResponse(form),
  };
}

/** [MS-LSAT] 3.1.4.11. */
export const lsarLookupSids = lookupSids('LsarLookupSids', 15, 'name');

/** [MS-LSAT] 3.1.4.10. */
export const lsarLookupSids2 = lookupSids('LsarLookupSids2', 57, 'name-flags');

/** [MS-LSAT] 3.1.4.9. */
export const lsarLookupSids3 = lookupSids('LsarLookupSids3', 76, 'name-flags', false);

export interface GetUserNameRequest {
  readonly systemName: string | undefined;
  /** The caller wants its domain's name too. */
  readonly wantsDomain: boolean;
}

export interface GetUserNameResponse {
  readonly userName: string | undefined;
  /** undefined where it was not asked for. */
  readonly domainName: string | undefined;
  /** An NTSTATUS. */
  readonly status: number;
}

/** [MS-LSAT] 3.1.4.4. */
export const lsarGetUserName: RpcOperation<GetUserNameRequest, GetUserNameResponse> = {
  name: 'LsarGetUserName',
  opnum: 45,
  request: {
    read(r) {
      const systemName = readOptionalString(r, 'SystemName');
      readStringPointer(r, 'UserName');
      const domain = r.pointer('DomainName', () => {
        readStringPointer(r, 'DomainName');
        return true;
      });
      return { systemName, wantsDomain: domain() === true };
    },
    write(w, request) {
      writeOptionalString(w, request.systemName);
      w.u32(0);
      w.pointer(request.wantsDomain ? true : undefined, () => w.u32(0));
    },
  },
  response: {
    read(r) {
      const userName = readStringPointer(r, 'UserName')();
      const domainName = r.pointer('DomainName', () => readStringPointer(r, 'DomainName'))()?.();
      return { userName: userName?.(), domainName: domainName?.(), status: r.u32('Return') };
    },
    write(w, response) {
      const string = (text: string | undefined): void =>
        w.pointer(text, (value) => w.construct(() => writeUnicodeString(w, value)));
      string(response.userName);
      w.pointer(response.domainName, string);
      w.u32(response.status);
    },
  },
};

/** PRPC_UNICODE_STRING. */
function readStringPointer(r: NdrReader, field: string) {
  return r.pointer(field, () => r.construct(() => readUnicodeString(r, field)));
}

/** LsapLookupWksta, [MS-LSAT] 2.2.16: look anywhere. */
const LOOKUP_LEVEL_ANY = 1;
/** The limits of [MS-LSAT] 2.2.4 and 2.2.18. */
const MAX_NAMES = 1000;
const MAX_SIDS = 20480;
