import type { Codec } from '@tsmbd/ms-dtyp';
import { bufferAt } from '../buffers.ts';

/** How hashes are retrieved, [MS-SMB2] 2.2.31.2. */
export const HashRetrievalType = { HASH_BASED: 0x0000_0001, FILE_BASED: 0x0000_0002 } as const;

/** SRV_HASH_TYPE_PEER_DIST, the only HashType, [MS-SMB2] 2.2.31.2. */
export const HASH_TYPE_PEER_DIST = 0x0000_0001;

/** SRV_READ_HASH request, [MS-SMB2] 2.2.31.2. */
export interface SrvReadHashRequest {
  /** HASH_TYPE_PEER_DIST. */
  readonly hashType: number;
  /** 1 or 2. */
  readonly hashVersion: number;
  /** One of HashRetrievalType. */
  readonly hashRetrievalType: number;
  /** Bytes wanted. */
  readonly length: number;
  /** The position in the hash list (HASH_BASED) or in the file (FILE_BASED), in bytes. */
  readonly offset: bigint;
}

/** SRV_READ_HASH request, [MS-SMB2] 2.2.31.2. */
export const srvReadHashRequest: Codec<SrvReadHashRequest> = {
  name: 'SRV_READ_HASH Request',
  section: '[MS-SMB2] 2.2.31.2',
  decode: (r) => ({
    hashType: r.u32('HashType'),
    hashVersion: r.u32('HashVersion'),
    hashRetrievalType: r.u32('HashRetrievalType'),
    length: r.u32('Length'),
    offset: r.u64('Offset'),
  }),
  encode(w, m) {
    w.u32(m.hashType);
    w.u32(m.hashVersion);
    w.u32(m.hashRetrievalType);
    w.u32(m.length);
    w.u64(m.offset);
  },
};

/** SRV_HASH_RETRIEVE_HASH_BASED, [MS-SMB2] 2.2.32.4.2. */
export interface SrvHashRetrieveHashBased {
  /** Where `buffer` begins in the hash list, bytes. */
  readonly offset: bigint;
  readonly buffer: Uint8Array;
}

/** SRV_HASH_RETRIEVE_HASH_BASED, [MS-SMB2] 2.2.32.4.2. */
export const srvHashRetrieveHashBased: Codec<SrvHashRetrieveHashBased> = {
  name: 'SRV_HASH_RETRIEVE_HASH_BASED',
  section: '[MS-SMB2] 2.2.32.4.2',
  decode(r) {
    const offset = r.u64('Offset');
    const length = r.u32('BufferLength');
    r.skip(4, 'Reserved');
    return { offset, buffer: r.take(length, 'Buffer') };
  },
  encode(w, m) {
    w.u64(m.offset);
    w.u32(m.buffer.length);
    w.zero(4);
    w.bytes(m.buffer);
  },
};

/** SRV_HASH_RETRIEVE_FILE_BASED, [MS-SMB2] 2.2.32.4.3. */
export interface SrvHashRetrieveFileBased {
  /** The range of the file whose hashes `buffer` has, in bytes. */
  readonly fileDataOffset: bigint;
  readonly fileDataLength: bigint;
  readonly buffer: Uint8Array;
}

/** SRV_HASH_RETRIEVE_FILE_BASED, [MS-SMB2] 2.2.32.4.3. */
export const srvHashRetrieveFileBased: Codec<SrvHashRetrieveFileBased> = {
  name: 'SRV_HASH_RETRIEVE_FILE_BASED',
  section: '[MS-SMB2] 2.2.32.4.3',
  decode(r) {
    const fileDataOffset = r.u64('FileDataOffset');
    const fileDataLength = r.u64('FileDataLength');
    const length = r.u32('BufferLength');
    r.skip(4, 'Reserved');
    return { fileDataOffset, fileDataLength, buffer: r.take(length, 'Buffer') };
  },
  encode(w, m) {
    w.u64(m.fileDataOffset);
    w.u64(m.fileDataLength);
    w.u32(m.buffer.length);
    w.zero(4);
    w.bytes(m.buffer);
  },
};

/** HASH_HEADER, [MS-SMB2] 2.2.32.4.1: a stored hash list begins with it. */
export interface HashHeader {
  /** HASH_TYPE_PEER_DIST. */
  readonly hashType: number;
  /** 1 or 2. */
  readonly hashVersion: number;
  /** FILETIME. */
  readonly sourceFileChangeTime: bigint;
  /** Bytes. */
  readonly sourceFileSize: bigint;
  /** The file has changed since. */
  readonly dirty: boolean;
  readonly sourceFileName: string;
  readonly hashBlob: Uint8Array;
}

/** HASH_HEADER and the blob that it points to, [MS-SMB2] 2.2.32.4.1. */
export const hashHeader: Codec<HashHeader> = {
  name: 'HASH_HEADER',
  section: '[MS-SMB2] 2.2.32.4.1',
  decode(r) {
    const hashType = r.u32('HashType');
    const hashVersion = r.u32('HashVersion');
    const sourceFileChangeTime = r.u64('SourceFileChangeTime');
    const sourceFileSize = r.u64('SourceFileSize');
    const blobLength = r.u32('HashBlobLength');
    const blobOffset = r.u32('HashBlobOffset');
    const dirty = r.u16('Dirty') !== 0;
    const nameLength = r.u16('SourceFileNameLength');
    const sourceFileName = r.utf16(nameLength, 'SourceFileName');
    const hashBlob = bufferAt(r, blobOffset, blobLength, 'HashBlob');
    return { hashType, hashVersion, sourceFileChangeTime, sourceFileSize, dirty, sourceFileName, hashBlob };
  },
  encode(w, m) {
    const start = w.position;
    w.u32(m.hashType);
    w.u32(m.hashVersion);
    w.u64(m.sourceFileChangeTime);
    w.u64(m.sourceFileSize);
    w.u32(m.hashBlob.length);
    w.u32(0);
    w.u16(m.dirty ? 1 : 0);
    w.u16(m.sourceFileName.length * 2);
    w.utf16(m.sourceFileName);
    w.patch32(start + 28, w.position - start);
    w.bytes(m.hashBlob);
  },
};
