import { type Codec, type Guid, guid, NULL_GUID, type Reader, type Writer } from '@tsmbd/ms-dtyp';

/** REQ_GET_DFS_REFERRAL: request of FSCTL_DFS_GET_REFERRALS, [MS-DFSC] 2.2.2. */
export interface DfsReferralRequest {
  /** The highest version of referral that the client knows. */
  readonly maxReferralLevel: number;
  /** `\server\share\path`, or '' for the trusted domains. */
  readonly requestFileName: string;
}

/** REQ_GET_DFS_REFERRAL, [MS-DFSC] 2.2.2: the name ends with a zero. */
export const dfsReferralRequest: Codec<DfsReferralRequest> = {
  name: 'REQ_GET_DFS_REFERRAL',
  section: '[MS-DFSC] 2.2.2',
  decode: (r) => ({ maxReferralLevel: r.u16('MaxReferralLevel'), requestFileName: textUpToZero(r, r.offset) }),
  encode(w, m) {
    w.u16(m.maxReferralLevel);
    w.utf16(m.requestFileName);
    w.u16(0);
  },
};

/** REQ_GET_DFS_REFERRAL_EX: request of FSCTL_DFS_GET_REFERRALS_EX, [MS-DFSC] 2.2.3. */
export interface DfsReferralRequestEx {
  readonly maxReferralLevel: number;
  readonly requestFileName: string;
  /** The client's site; absent without the flag SiteName. */
  readonly siteName?: string;
}

/** RequestFlags bit: the request has the site's name, [MS-DFSC] 2.2.3. */
const SITE_NAME = 0x0001;

/** REQ_GET_DFS_REFERRAL_EX, [MS-DFSC] 2.2.3 and 2.2.3.1. */
export const dfsReferralRequestEx: Codec<DfsReferralRequestEx> = {
  name: 'REQ_GET_DFS_REFERRAL_EX',
  section: '[MS-DFSC] 2.2.3',
  decode(r) {
    const maxReferralLevel = r.u16('MaxReferralLevel');
    const flags = r.u16('RequestFlags');
    const data = r.sub('REQ_GET_DFS_REFERRAL_EX', r.offset + 4, r.u32('RequestDataLength'), 'RequestData');
    const requestFileName = data.utf16(data.u16('RequestFileNameLength'), 'RequestFileName');
    if ((flags & SITE_NAME) === 0) return { maxReferralLevel, requestFileName };
    const siteName = data.utf16(data.u16('SiteNameLength'), 'SiteName');
    return { maxReferralLevel, requestFileName, siteName };
  },
  encode(w, m) {
    w.u16(m.maxReferralLevel);
    w.u16(m.siteName === undefined ? 0 : SITE_NAME);
    const site = m.siteName === undefined ? 0 : 2 + m.siteName.length * 2;
    w.u32(2 + m.requestFileName.length * 2 + site);
    w.u16(m.requestFileName.length * 2);
    w.utf16(m.requestFileName);
    if (m.siteName === undefined) return;
    w.u16(m.siteName.length * 2);
    w.utf16(m.siteName);
  },
};

/** ReferralHeaderFlags, [MS-DFSC] 2.2.4. */
export const DfsReferralHeaderFlags = {
  REFERRAL_SERVERS: 0x0000_0001,
  STORAGE_SERVERS: 0x0000_0002,
  TARGET_FAILBACK: 0x0000_0004,
} as const;

/** ServerType, [MS-DFSC] 2.2.5. */
export const DfsServerType = { LINK: 0x0000, ROOT: 0x0001 } as const;

/** ReferralEntryFlags, [MS-DFSC] 2.2.5.3 and 2.2.5.4. */
export const DfsReferralEntryFlags = { NAME_LIST_REFERRAL: 0x0002, TARGET_SET_BOUNDARY: 0x0004 } as const;

/** DFS_REFERRAL_V1, [MS-DFSC] 2.2.5.1. */
export interface DfsReferralV1 {
  readonly version: 1;
  /** One of DfsServerType. */
  readonly serverType: number;
  readonly referralEntryFlags: number;
  readonly shareName: string;
}

/** DFS_REFERRAL_V2, V3 and V4 of a target, [MS-DFSC] 2.2.5.2, 2.2.5.3.1 and 2.2.5.4. */
export interface DfsReferralTarget {
  readonly version: 2 | 3 | 4;
  /** One of DfsServerType. */
  readonly serverType: number;
  /** Bits of DfsReferralEntryFlags. */
  readonly referralEntryFlags: number;
  /** Version 2 only; otherwise 0. */
  readonly proximity: number;
  /** Seconds. */
  readonly timeToLive: number;
  readonly dfsPath: string;
  readonly dfsAlternatePath: string;
  /** `\server\share` of the target. */
  readonly networkAddress: string;
  /** Versions 3 and 4; usually NULL_GUID. In other versions always NULL_GUID. */
  readonly serviceSiteGuid: Guid;
}

/**
 * DFS_REFERRAL_V3 and V4 with NAME_LIST_REFERRAL: a domain and its controllers, [MS-DFSC]
 * 2.2.5.3.2.
 */
export interface DfsReferralNameList {
  readonly version: 3 | 4;
  /** One of DfsServerType. */
  readonly serverType: number;
  /** Bits of DfsReferralEntryFlags, including NAME_LIST_REFERRAL. */
  readonly referralEntryFlags: number;
  /** Seconds. */
  readonly timeToLive: number;
  readonly specialName: string;
  readonly expandedNames: readonly string[];
}

/** One entry of a referral response. A name list can be recognized by its `expandedNames`. */
export type DfsReferral = DfsReferralV1 | DfsReferralTarget | DfsReferralNameList;

/** RESP_GET_DFS_REFERRAL: response of FSCTL_DFS_GET_REFERRALS and _EX, [MS-DFSC] 2.2.4. */
export interface DfsReferralResponse {
  /** How many bytes of the request's name the referrals stand for. */
  readonly pathConsumed: number;
  /** Bits of DfsReferralHeaderFlags. */
  readonly referralHeaderFlags: number;
  readonly referrals: readonly DfsReferral[];
}

const DFS_REFERRAL = { name: 'DFS_REFERRAL', section: '[MS-DFSC] 2.2.5' };

/**
 * RESP_GET_DFS_REFERRAL, [MS-DFSC] 2.2.4. Each entry's Size must cover its fixed part, so the list
 * advances.
 */
export const dfsReferralResponse: Codec<DfsReferralResponse> = {
  name: 'RESP_GET_DFS_REFERRAL',
  section: '[MS-DFSC] 2.2.4',
  decode(r) {
    const pathConsumed = r.u16('PathConsumed');
    const count = r.u16('NumberOfReferrals');
    const referralHeaderFlags = r.u32('ReferralHeaderFlags');
    const referrals: DfsReferral[] = [];
    // Many entries may share a name. So all names together may take at most 16 times the message's
    // length.
    const budget = { left: 16 * (r.end - r.base) };
    for (let i = 0; i < count; i++) {
      r.enter('ReferralEntries', i, DFS_REFERRAL);
      referrals.push(decodeReferral(r, budget));
      r.leave();
    }
    return { pathConsumed, referralHeaderFlags, referrals };
  },
  encode(w, m) {
    w.u16(m.pathConsumed);
    w.u16(m.referrals.length);
    w.u32(m.referralHeaderFlags);
    const strings: PendingString[] = [];
    for (const referral of m.referrals) encodeReferral(w, referral, strings);
    for (const { text, entry, at } of strings) {
      w.patch16(at, w.position - entry);
      w.utf16(text);
      w.u16(0);
    }
  },
};

/**
 * A string to write behind the entries, and the place where its offset (counted from its entry) is
 * written.
 */
interface PendingString {
  readonly text: string;
  readonly entry: number;
  readonly at: number;
}

/** Bytes of a DFS_REFERRAL_V2, and of a V3 or V4. */
const SIZE_V2 = 22;
const SIZE_V3 = 34;

function decodeReferral(r: Reader, budget: { left: number }): DfsReferral {
  const start = r.position;
  const entry = r.offset;
  const version = r.u16('VersionNumber');
  const size = r.u16('Size');
  const serverType = r.u16('ServerType');
  const referralEntryFlags = r.u16('ReferralEntryFlags');
  if (version < 1 || version > 4) r.fail('VersionNumber', `${version}, must be 1 to 4`, start);
  const text = (offset: number, field: string): string => {
    const name = offset === 0 ? '' : textUpToZero(r, entry + offset, field);
    budget.left -= 2 * name.length + 2;
    if (budget.left < 0) r.fail(field, 'names overlap too often');
    return name;
  };
  let referral: DfsReferral;
  if (version === 1) {
    referral = { version, serverType, referralEntryFlags, shareName: text(8, 'ShareName') };
    r.position = Math.max(r.position, start + Math.min(size, r.end - start));
    if (size < 10) r.fail('Size', `${size}, must be 10 or more`, start + 2);
    return referral;
  }
  const proximity = version === 2 ? r.u32('Proximity') : 0;
  const timeToLive = r.u32('TimeToLive');
  if (version > 2 && (referralEntryFlags & DfsReferralEntryFlags.NAME_LIST_REFERRAL) !== 0) {
    const specialName = text(r.u16('SpecialNameOffset'), 'SpecialName');
    const count = r.u16('NumberOfExpandedNames');
    let at = r.u16('ExpandedNameOffset');
    const expandedNames: string[] = [];
    for (let i = 0; i < count; i++) {
      const name = text(at, 'ExpandedName');
      expandedNames.push(name);
      at += 2 * name.length + 2;
    }
    referral = {
      version: version as 3 | 4,
      serverType,
      referralEntryFlags,
      timeToLive,
      specialName,
      expandedNames,
    };
  } else {
    referral = {
      version: version as 2 | 3 | 4,
      serverType,
      referralEntryFlags,
      proximity,
      timeToLive,
      dfsPath: text(r.u16('DFSPathOffset'), 'DFSPath'),
      dfsAlternatePath: text(r.u16('DFSAlternatePathOffset'), 'DFSAlternatePath'),
      networkAddress: text(r.u16('NetworkAddressOffset'), 'NetworkAddress'),
      serviceSiteGuid: version === 2 ? NULL_GUID : r.guid('ServiceSiteGuid'),
    };
  }
  if (size < r.position - start || size > r.end - start) {
    r.fail('Size', `${size}, the entry has ${r.position - start} of ${r.end - start} bytes`, start + 2);
  }
  r.position = start + size;
  return referral;
}

function encodeReferral(w: Writer, m: DfsReferral, strings: PendingString[]): void {
  const entry = w.position;
  const later = (text: string): void => {
    strings.push({ text, entry, at: w.position });
    w.u16(0);
  };
  w.u16(m.version);
  w.u16(m.version === 1 ? 10 + m.shareName.length * 2 : m.version === 2 ? SIZE_V2 : SIZE_V3);
  w.u16(m.serverType);
  w.u16(m.referralEntryFlags);
  if (m.version === 1) {
    w.utf16(m.shareName);
    w.u16(0);
    return;
  }
  if ('expandedNames' in m) {
    w.u32(m.timeToLive);
    later(m.specialName);
    w.u16(m.expandedNames.length);
    later(m.expandedNames.join('\0'));
    w.zero(SIZE_V3 - (w.position - entry));
    return;
  }
  if (m.version === 2) w.u32(m.proximity);
  w.u32(m.timeToLive);
  later(m.dfsPath);
  later(m.dfsAlternatePath);
  later(m.networkAddress);
  if (m.version > 2) guid.encode(w, m.serviceSiteGuid);
}

/**
 * The UTF-16LE text at an offset from the reader's base, up to a terminating zero, which must be
 * there.
 */
function textUpToZero(r: Reader, offset: number, field = 'RequestFileName'): string {
  const start = r.base + offset;
  for (let at = start; at + 2 <= r.end; at += 2) {
    if (r.bytes[at] === 0 && r.bytes[at + 1] === 0) return r.sliceUtf16(offset, at - start, field);
  }
  return r.fail(field, 'no terminating zero', start);
}
