import type { Codec, Filetime } from '@tsmbd/ms-dtyp';
import { type FileId, fileId } from '../file-id.ts';

/** SMB2_CLOSE_FLAG_*, [MS-SMB2] 2.2.15. */
export const CloseFlags = { POSTQUERY_ATTRIB: 0x0001 } as const;

/** SMB2 CLOSE Request, [MS-SMB2] 2.2.15. */
export interface CloseRequest {
  /** Bits of CloseFlags. */
  readonly flags: number;
  readonly fileId: FileId;
}

/** SMB2 CLOSE Request, [MS-SMB2] 2.2.15. */
export const closeRequest: Codec<CloseRequest> = {
  name: 'CLOSE Request',
  section: '[MS-SMB2] 2.2.15',
  decode(r) {
    r.constant16(24, 'StructureSize');
    const flags = r.u16('Flags');
    r.skip(4, 'Reserved');
    return { flags, fileId: fileId.decode(r) };
  },
  encode(w, m) {
    w.u16(24);
    w.u16(m.flags);
    w.zero(4);
    fileId.encode(w, m.fileId);
  },
};

/**
 * SMB2 CLOSE Response, [MS-SMB2] 2.2.16. All but `flags` is zero unless `flags` has
 * POSTQUERY_ATTRIB.
 */
export interface CloseResponse {
  /** Bits of CloseFlags. */
  readonly flags: number;
  readonly creationTime: Filetime;
  readonly lastAccessTime: Filetime;
  readonly lastWriteTime: Filetime;
  readonly changeTime: Filetime;
  /** Bytes. */
  readonly allocationSize: bigint;
  /** Bytes. */
  readonly endOfFile: bigint;
  /** Bits of FileAttributes. */
  readonly fileAttributes: number;
}

/** SMB2 CLOSE Response, [MS-SMB2] 2.2.16. */
export const closeResponse: Codec<CloseResponse> = {
  name: 'CLOSE Response',
  section: '[MS-SMB2] 2.2.16',
  decode(r) {
    r.constant16(60, 'StructureSize');
    const flags = r.u16('Flags');
    r.skip(4, 'Reserved');
    return {
      flags,
      creationTime: r.u64('CreationTime'),
      lastAccessTime: r.u64('LastAccessTime'),
      lastWriteTime: r.u64('LastWriteTime'),
      changeTime: r.u64('ChangeTime'),
      allocationSize: r.u64('AllocationSize'),
      endOfFile: r.u64('EndofFile'),
      fileAttributes: r.u32('FileAttributes'),
    };
  },
  encode(w, m) {
    w.u16(60);
    w.u16(m.flags);
    w.zero(4);
    w.u64(m.creationTime);
    w.u64(m.lastAccessTime);
    w.u64(m.lastWriteTime);
    w.u64(m.changeTime);
    w.u64(m.allocationSize);
    w.u64(m.endOfFile);
    w.u32(m.fileAttributes);
  },
};
