import type { Codec, Filetime } from '@tsmbd/ms-dtyp';

/** USN_RECORD_V2 and _V3: response of FSCTL_READ_FILE_USN_DATA, [MS-FSCC] 2.3. */
export interface UsnRecord {
  /** 2: file references of 64 bits. 3: of 128 bits. */
  readonly majorVersion: number;
  readonly minorVersion: number;
  readonly fileReferenceNumber: bigint;
  readonly parentFileReferenceNumber: bigint;
  readonly usn: bigint;
  readonly timeStamp: Filetime;
  /** Bits of USN_REASON_*. */
  readonly reason: number;
  readonly sourceInfo: number;
  readonly securityId: number;
  /** Bits of FileAttributes. */
  readonly fileAttributes: number;
  readonly fileName: string;
}

/** Bytes of the common header. */
const COMMON = 8;

/** USN_RECORD, [MS-FSCC] 2.3: versions 2 and 3; another one is an error. */
export const usnRecord: Codec<UsnRecord> = {
  name: 'USN_RECORD',
  section: '[MS-FSCC] 2.3',
  decode(r) {
    const start = r.offset;
    const recordLength = r.u32('RecordLength');
    const majorVersion = r.u16('MajorVersion');
    const minorVersion = r.u16('MinorVersion');
    if (majorVersion !== 2 && majorVersion !== 3) r.fail('MajorVersion', `${majorVersion}, must be 2 or 3`);
    const body = r.sub(usnRecord, start + COMMON, recordLength - COMMON, 'Record');
    const id = (field: string): bigint => {
      const low = body.u64(field);
      return majorVersion === 2 ? low : low | (body.u64(field) << 64n);
    };
    const fileReferenceNumber = id('FileReferenceNumber');
    const parentFileReferenceNumber = id('ParentFileReferenceNumber');
    const usn = body.i64('Usn');
    const timeStamp = body.u64('TimeStamp');
    const reason = body.u32('Reason');
    const sourceInfo = body.u32('SourceInfo');
    const securityId = body.u32('SecurityId');
    const fileAttributes = body.u32('FileAttributes');
    const nameLength = body.u16('FileNameLength');
    // The offset counts from the record's start, which lies before the body's start.
    const nameOffset = body.u16('FileNameOffset') - COMMON;
    return {
      majorVersion,
      minorVersion,
      fileReferenceNumber,
      parentFileReferenceNumber,
      usn,
      timeStamp,
      reason,
      sourceInfo,
      securityId,
      fileAttributes,
      fileName: body.sliceUtf16(nameOffset, nameLength, 'FileName'),
    };
  },
  encode(w, m) {
    const start = w.position;
    const id = (value: bigint): void => {
      w.u64(BigInt.asUintN(64, value));
      if (m.majorVersion === 3) w.u64(value >> 64n);
    };
    w.u32(0);
    w.u16(m.majorVersion);
    w.u16(m.minorVersion);
    id(m.fileReferenceNumber);
    id(m.parentFileReferenceNumber);
    w.i64(m.usn);
    w.u64(m.timeStamp);
    w.u32(m.reason);
    w.u32(m.sourceInfo);
    w.u32(m.securityId);
    w.u32(m.fileAttributes);
    w.u16(m.fileName.length * 2);
    w.u16(w.position - start + 2);
    w.utf16(m.fileName);
    w.zero(-(w.position - start) & 7);
    w.patch32(start, w.position - start);
  },
};
