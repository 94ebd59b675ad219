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
import {
  type ReferencedDomain,
  referencedDomains,
  type Translated,
  type TranslationForm,
  translations,
} from './structures.ts';

/** The answer of every lookup. */
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

/**
 * Reads what follows the names or SIDs: translations (empty), LookupLevel, MappedCount, and in
 * later versions options.
 */
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
  /** The caller wants the name of its domain too. */
  readonly wantsDomain: boolean;
}

export interface GetUserNameResponse {
  readonly userName: string | undefined;
  /** undefined if it was not requested. */
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
