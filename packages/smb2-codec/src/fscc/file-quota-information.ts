import type { Codec, Filetime } from '@tsmbd/ms-dtyp';
import { bufferAt } from '../buffers.ts';
import { decodeEntries, type EntryBody, encodeEntries } from './entry-list.ts';

/** The quota of one user, FileQuotaInformation, [MS-FSCC] 2.4. */
export interface FileQuotaInformation {
  readonly changeTime: Filetime;
  /** Bytes. */
  readonly quotaUsed: bigint;
  /** Bytes. */
  readonly quotaThreshold: bigint;
  /** Bytes. */
  readonly quotaLimit: bigint;
  /** A SID, [MS-DTYP] 2.4.2.2, still encoded. */
  readonly sid: Uint8Array;
}

const quota: EntryBody<FileQuotaInformation> = {
  name: 'FileQuotaInformation',
  section: '[MS-FSCC] 2.4',
  decode(r) {
    const sidLength = r.u32('SidLength');
    return {
      changeTime: r.u64('ChangeTime'),
      quotaUsed: r.u64('QuotaUsed'),
      quotaThreshold: r.u64('QuotaThreshold'),
      quotaLimit: r.u64('QuotaLimit'),
      sid: r.take(sidLength, 'Sid'),
    };
  },
  encode(w, m) {
    w.u32(m.sid.length);
    w.u64(m.changeTime);
    w.u64(m.quotaUsed);
    w.u64(m.quotaThreshold);
    w.u64(m.quotaLimit);
    w.bytes(m.sid);
  },
};

/** A list of quotas, [MS-FSCC] 2.4. */
export const fileQuotaInformation: Codec<readonly FileQuotaInformation[]> = {
  name: quota.name,
  section: '[MS-FSCC] 2.4',
  decode: (r) => decodeEntries(r, quota, 8),
  encode: (w, quotas) => encodeEntries(w, quota, 8, quotas),
};

const getQuota: EntryBody<Uint8Array> = {
  name: 'FileGetQuotaInformation',
  section: '[MS-FSCC] 2.4',
  decode: (r) => r.take(r.u32('SidLength'), 'Sid'),
  encode(w, sid) {
    w.u32(sid.length);
    w.bytes(sid);
  },
};

/**
 * The SIDs whose quotas are asked for, still encoded, FILE_GET_QUOTA_INFORMATION, [MS-FSCC] 2.4.
 */
export const fileGetQuotaInformation: Codec<readonly Uint8Array[]> = {
  name: getQuota.name,
  section: '[MS-FSCC] 2.4',
  decode: (r) => decodeEntries(r, getQuota, 4),
  encode: (w, sids) => encodeEntries(w, getQuota, 4, sids),
};

/** SMB2_QUERY_QUOTA_INFO, [MS-SMB2] 2.2.37.1: the input of a QUERY_INFO of quotas. */
export interface QueryQuotaInfo {
  readonly returnSingle: boolean;
  readonly restartScan: boolean;
  /** A list of FILE_GET_QUOTA_INFORMATION, still encoded, or empty. */
  readonly sidList: Uint8Array;
  /** The SID to start from, still encoded, or empty. */
  readonly startSid: Uint8Array;
}

/**
 * SMB2_QUERY_QUOTA_INFO, [MS-SMB2] 2.2.37.1. StartSidOffset counts from the SID buffer, not from
 * the structure.
 */
export const queryQuotaInfo: Codec<QueryQuotaInfo> = {
  name: 'SMB2_QUERY_QUOTA_INFO',
  section: '[MS-SMB2] 2.2.37.1',
  decode(r) {
    const returnSingle = r.u8('ReturnSingle') !== 0;
    const restartScan = r.u8('RestartScan') !== 0;
    r.skip(2, 'Reserved');
    const sidListLength = r.u32('SidListLength');
    const startSidLength = r.u32('StartSidLength');
    const startSidOffset = r.u32('StartSidOffset');
    const buffer = r.offset;
    return {
      returnSingle,
      restartScan,
      sidList: bufferAt(r, buffer, sidListLength, 'SidBuffer'),
      startSid: bufferAt(r, buffer + startSidOffset, startSidLength, 'StartSid'),
    };
  },
  encode(w, m) {
    w.u8(m.returnSingle ? 1 : 0);
    w.u8(m.restartScan ? 1 : 0);
    w.zero(2);
    w.u32(m.sidList.length);
    w.u32(m.startSid.length);
    w.u32(m.startSid.length === 0 ? 0 : m.sidList.length);
    w.bytes(m.sidList);
    w.bytes(m.startSid);
  },
};
