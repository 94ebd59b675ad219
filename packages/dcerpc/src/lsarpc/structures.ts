import type { Guid, Sid } from '@tsmbd/ms-dtyp';
import type { NdrReader } from '../ndr/reader.ts';
import {
  type NdrCodec,
  readGuid,
  readSid,
  readUnicodeString,
  writeGuid,
  writeSid,
  writeUnicodeString,
} from '../ndr/types.ts';
import type { NdrWriter } from '../ndr/writer.ts';

/** LSAPR_TRUST_INFORMATION, [MS-LSAT] 2.2.11: a domain to which translated accounts belong. */
export interface ReferencedDomain {
  readonly name: string;
  readonly sid: Sid | undefined;
}

/** LSAPR_REFERENCED_DOMAIN_LIST with the pointer to it, [MS-LSAT] 2.2.12. */
export const referencedDomains: NdrCodec<readonly ReferencedDomain[] | undefined> = {
  read(r) {
    const list = r.pointer('ReferencedDomains', () => {
      const count = r.u32('Entries');
      const domains = r.pointer('Domains', () =>
        r.conformantArray(
          'Domains',
          () => {
            const name = readUnicodeString(r, 'Name');
            const sid = r.pointer('Sid', () => readSid(r, 'Sid'));
            return () => ({ name: name() ?? '', sid: sid() });
          },
          count,
        ),
      );
      r.u32('MaxEntries');
      return domains;
    });
    const domains = list();
    return domains && (domains() ?? []).map((domain) => domain());
  },
  write(w, value) {
    w.pointer(value, (list) => {
      w.u32(list.length);
      w.pointer(list.length === 0 ? undefined : list, (domains) =>
        w.conformantArray(domains, (domain) => {
          writeUnicodeString(w, domain.name);
          w.pointer(domain.sid, (sid) => writeSid(w, sid));
        }),
      );
      w.u32(list.length === 0 ? 0 : 32);
    });
  },
};

/** One translated SID or name; which fields are on the wire depends on the procedure's version. */
export interface Translated {
  /** A value of SidType. */
  readonly type: number;
  readonly name?: string | undefined;
  readonly sid?: Sid | undefined;
  /** The last sub-authority; only in LsarLookupNames and LsarLookupNames2. */
  readonly rid?: number | undefined;
  /** Index into the referenced domains, -1 for none. */
  readonly domainIndex: number;
}

/**
 * The forms of translations in the versions of the lookups, [MS-LSAT] 2.2.14 to 2.2.21 and 2.2.25.
 */
export type TranslationForm = 'rid' | 'rid-flags' | 'sid-flags' | 'name' | 'name-flags';

/**
 * Entries and a pointer to the array: LSAPR_TRANSLATED_SIDS and similar structures, [MS-LSAT]
 * 2.2.15 and following.
 */
export function translations(form: TranslationForm): NdrCodec<readonly Translated[]> {
  const hasFlags = form !== 'rid' && form !== 'name';
  return {
    read(r) {
      const entries = r.construct(() => {
        const count = r.u32('Entries');
        return r.pointer('Translations', () =>
          r.conformantArray('Translations', () => readTranslated(r, form, hasFlags), count),
        );
      });
      return (entries() ?? []).map((entry) => entry());
    },
    write(w, values) {
      w.construct(() => {
        w.u32(values.length);
        w.pointer(values.length === 0 ? undefined : values, (list) =>
          w.conformantArray(list, (value) => writeTranslated(w, form, hasFlags, value)),
        );
      });
    },
  };
}

function readTranslated(r: NdrReader, form: TranslationForm, hasFlags: boolean): () => Translated {
  r.align(4);
  const type = r.u16('Use');
  const rid = form === 'rid' || form === 'rid-flags' ? r.u32('RelativeId') : undefined;
  const sid = form === 'sid-flags' ? r.pointer('Sid', () => readSid(r, 'Sid')) : undefined;
  const name = form === 'name' || form === 'name-flags' ? readUnicodeString(r, 'Name') : undefined;
  const domainIndex = r.i32('DomainIndex');
  if (hasFlags) r.u32('Flags');
  return () => ({ type, rid, sid: sid?.(), name: name?.(), domainIndex });
}

function writeTranslated(w: NdrWriter, form: TranslationForm, hasFlags: boolean, value: Translated): void {
  w.align(4);
  w.u16(value.type);
  if (form === 'rid' || form === 'rid-flags') w.u32(value.rid ?? 0);
  if (form === 'sid-flags') w.pointer(value.sid, (sid) => writeSid(w, sid));
  if (form === 'name' || form === 'name-flags') writeUnicodeString(w, value.name ?? '');
  w.i32(value.domainIndex);
  if (hasFlags) w.u32(0);
}

/** PolicyInformationClass, [MS-LSAD] 2.2.4.1: the classes that are supported. */
export const PolicyClass = {
  PRIMARY_DOMAIN: 3,
  ACCOUNT_DOMAIN: 5,
  SERVER_ROLE: 6,
  DNS_DOMAIN: 12,
} as const;

/** LSAPR_POLICY_INFORMATION, [MS-LSAD] 2.2.4.2, of the classes above. */
export type PolicyInformation =
  | { readonly class: 3 | 5; readonly name: string; readonly sid: Sid | undefined }
  | { readonly class: 6; readonly role: number }
  | {
      readonly class: 12;
      readonly name: string;
      readonly dnsDomain: string;
      readonly dnsForest: string;
      readonly guid: Guid;
      readonly sid: Sid | undefined;
    };

/** A pointer to the union. */
export const policyInformation: NdrCodec<PolicyInformation | undefined> = {
  read(r) {
    const information = r.pointer('PolicyInformation', () => {
      const tag = r.u16('switch_is');
      if (tag === PolicyClass.SERVER_ROLE) {
        // An enumeration of 32 bits, as Windows and Samba send it.
        r.align(4);
        const role = r.u32('LsaServerRole');
        return () => ({ class: 6, role }) as const;
      }
      if (tag !== 3 && tag !== 5 && tag !== 12) return r.fail('switch_is', `${tag}`);
      r.align(4);
      const name = readUnicodeString(r, 'Name');
      const dnsDomain = tag === 12 ? readUnicodeString(r, 'DnsDomainName') : undefined;
      const dnsForest = tag === 12 ? readUnicodeString(r, 'DnsForestName') : undefined;
      const guid = tag === 12 ? readGuid(r, 'DomainGuid') : undefined;
      const sid = r.pointer('Sid', () => readSid(r, 'Sid'));
      return (): PolicyInformation =>
        tag === 12
          ? {
              class: 12,
              name: name() ?? '',
              dnsDomain: dnsDomain?.() ?? '',
              dnsForest: dnsForest?.() ?? '',
              guid: guid!,
              sid: sid(),
            }
          : { class: tag, name: name() ?? '', sid: sid() };
    });
    return information()?.();
  },
  write(w, value) {
    w.pointer(value, (information) => {
      w.u16(information.class);
      if (information.class === 6) {
        w.align(4);
        w.u32(information.role);
        return;
      }
      w.align(4);
      writeUnicodeString(w, information.name);
      if (information.class === 12) {
        writeUnicodeString(w, information.dnsDomain);
        writeUnicodeString(w, information.dnsForest);
        writeGuid(w, information.guid);
      }
      w.pointer(information.sid, (sid) => writeSid(w, sid));
    });
  },
};
