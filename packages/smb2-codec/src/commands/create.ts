import type { Codec, Filetime } from '@tsmbd/ms-dtyp';
import { readerAt, textAt } from '../buffers.ts';
import { type CreateContext, createContextList } from '../create-contexts/create-context.ts';
import { type FileId, fileId } from '../file-id.ts';

/** SMB2_OPLOCK_LEVEL_*, [MS-SMB2] 2.2.13. */
export const OplockLevel = { NONE: 0x00, II: 0x01, EXCLUSIVE: 0x08, BATCH: 0x09, LEASE: 0xff } as const;

/** Impersonation levels, [MS-SMB2] 2.2.13. */
export const ImpersonationLevel = { ANONYMOUS: 0, IDENTIFICATION: 1, IMPERSONATION: 2, DELEGATE: 3 } as const;

/** FILE_SHARE_*, [MS-SMB2] 2.2.13. */
export const ShareAccess = { READ: 0x0000_0001, WRITE: 0x0000_0002, DELETE: 0x0000_0004 } as const;

/** CreateDisposition, [MS-SMB2] 2.2.13. */
export const CreateDisposition = {
  /** Replace what exists, or create. */
  SUPERSEDE: 0,
  /** Open what exists, or fail. */
  OPEN: 1,
  /** Create, or fail when it exists. */
  CREATE: 2,
  /** Open what exists, or create. */
  OPEN_IF: 3,
  /** Truncate what exists, or fail. */
  OVERWRITE: 4,
  /** Truncate what exists, or create. */
  OVERWRITE_IF: 5,
} as const;

/** CreateOptions, [MS-SMB2] 2.2.13. */
export const CreateOptions = {
  DIRECTORY_FILE: 0x0000_0001,
  WRITE_THROUGH: 0x0000_0002,
  SEQUENTIAL_ONLY: 0x0000_0004,
  NO_INTERMEDIATE_BUFFERING: 0x0000_0008,
  SYNCHRONOUS_IO_ALERT: 0x0000_0010,
  SYNCHRONOUS_IO_NONALERT: 0x0000_0020,
  NON_DIRECTORY_FILE: 0x0000_0040,
  CREATE_TREE_CONNECTION: 0x0000_0080,
  COMPLETE_IF_OPLOCKED: 0x0000_0100,
  NO_EA_KNOWLEDGE: 0x0000_0200,
  OPEN_REMOTE_INSTANCE: 0x0000_0400,
  RANDOM_ACCESS: 0x0000_0800,
  DELETE_ON_CLOSE: 0x0000_1000,
  OPEN_BY_FILE_ID: 0x0000_2000,
  OPEN_FOR_BACKUP_INTENT: 0x0000_4000,
  NO_COMPRESSION: 0x0000_8000,
  OPEN_REQUIRING_OPLOCK: 0x0001_0000,
  DISALLOW_EXCLUSIVE: 0x0002_0000,
  RESERVE_OPFILTER: 0x0010_0000,
  OPEN_REPARSE_POINT: 0x0020_0000,
  OPEN_NO_RECALL: 0x0040_0000,
  OPEN_FOR_FREE_SPACE_QUERY: 0x0080_0000,
} as const;

/** CreateAction, [MS-SMB2] 2.2.14. */
export const CreateAction = { SUPERSEDED: 0, OPENED: 1, CREATED: 2, OVERWRITTEN: 3 } as const;

/** SMB2_CREATE_FLAG_* of the response, [MS-SMB2] 2.2.14. */
export const CreateResponseFlags = { REPARSEPOINT: 0x01 } as const;

/** SMB2 CREATE Request, [MS-SMB2] 2.2.13. */
export interface CreateRequest {
  /** One of OplockLevel. */
  readonly requestedOplockLevel: number;
  /** One of ImpersonationLevel. */
  readonly impersonationLevel: number;
  /** Reserved; senders set it to 0n. */
  readonly smbCreateFlags: bigint;
  /** Bits of AccessMask. */
  readonly desiredAccess: number;
  /** Bits of FileAttributes. */
  readonly fileAttributes: number;
  /** Bits of ShareAccess. */
  readonly shareAccess: number;
  /** One of CreateDisposition. */
  readonly createDisposition: number;
  /** Bits of CreateOptions. */
  readonly createOptions: number;
  /** Relative to the share, with backslashes; empty is the share's root. */
  readonly name: string;
  readonly createContexts: readonly CreateContext[];
}

/** SMB2 CREATE Request, [MS-SMB2] 2.2.13. */
export const createRequest: Codec<CreateRequest> = {
  name: 'CREATE Request',
  section: '[MS-SMB2] 2.2.13',
  decode(r) {
    r.constant16(57, 'StructureSize');
    r.skip(1, 'SecurityFlags');
    const requestedOplockLevel = r.u8('RequestedOplockLevel');
    const impersonationLevel = r.u32('ImpersonationLevel');
    const smbCreateFlags = r.u64('SmbCreateFlags');
    r.skip(8, 'Reserved');
    const desiredAccess = r.u32('DesiredAccess');
    const fileAttributes = r.u32('FileAttributes');
    const shareAccess = r.u32('ShareAccess');
    const createDisposition = r.u32('CreateDisposition');
    const createOptions = r.u32('CreateOptions');
    const nameOffset = r.u16('NameOffset');
    const nameLength = r.u16('NameLength');
    const contextsOffset = r.u32('CreateContextsOffset');
    const contextsLength = r.u32('CreateContextsLength');
    const name = textAt(r, nameOffset, nameLength, 'Name');
    const contexts = readerAt(r, createContextList, contextsOffset, contextsLength, 'CreateContexts');
    return {
      requestedOplockLevel,
      impersonationLevel,
      smbCreateFlags,
      desiredAccess,
      fileAttributes,
      shareAccess,
      createDisposition,
      createOptions,
      name,
      createContexts: createContextList.decode(contexts),
    };
  },
  encode(w, m) {
    w.u16(57);
    w.zero(1);
    w.u8(m.requestedOplockLevel);
    w.u32(m.impersonationLevel);
    w.u64(m.smbCreateFlags);
    w.zero(8);
    w.u32(m.desiredAccess);
    w.u32(m.fileAttributes);
    w.u32(m.shareAccess);
    w.u32(m.createDisposition);
    w.u32(m.createOptions);
    w.u16(w.offset + 12);
    w.u16(m.name.length * 2);
    const contextsAt = w.position;
    w.zero(8);
    w.utf16(m.name);
    // The buffer has at least one byte. Senders pad it to eight.
    if (m.name === '') w.zero(8);
    if (m.createContexts.length === 0) return;
    w.align(8);
    const start = w.position;
    w.patch32(contextsAt, w.offset);
    createContextList.encode(w, m.createContexts);
    w.patch32(contextsAt + 4, w.position - start);
  },
};

/** SMB2 CREATE Response, [MS-SMB2] 2.2.14. */
export interface CreateResponse {
  /** One of OplockLevel. */
  readonly oplockLevel: number;
  /** Bits of CreateResponseFlags. */
  readonly flags: number;
  /** One of CreateAction. */
  readonly createAction: number;
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
  readonly fileId: FileId;
  readonly createContexts: readonly CreateContext[];
}

/** SMB2 CREATE Response, [MS-SMB2] 2.2.14. */
export const createResponse: Codec<CreateResponse> = {
  name: 'CREATE Response',
  section: '[MS-SMB2] 2.2.14',
  decode(r) {
    r.constant16(89, 'StructureSize');
    const oplockLevel = r.u8('OplockLevel');
    const flags = r.u8('Flags');
    const createAction = r.u32('CreateAction');
    const creationTime = r.u64('CreationTime');
    const lastAccessTime = r.u64('LastAccessTime');
    const lastWriteTime = r.u64('LastWriteTime');
    const changeTime = r.u64('ChangeTime');
    const allocationSize = r.u64('AllocationSize');
    const endOfFile = r.u64('EndofFile');
    const fileAttributes = r.u32('FileAttributes');
    r.skip(4, 'Reserved2');
    const id = fileId.decode(r);
    const contextsOffset = r.u32('CreateContextsOffset');
    const contextsLength = r.u32('CreateContextsLength');
    const contexts = readerAt(r, createContextList, contextsOffset, contextsLength, 'CreateContexts');
    return {
      oplockLevel,
      flags,
      createAction,
      creationTime,
      lastAccessTime,
      lastWriteTime,
      changeTime,
      allocationSize,
      endOfFile,
      fileAttributes,
      fileId: id,
      createContexts: createContextList.decode(contexts),
    };
  },
  encode(w, m) {
    w.u16(89);
    w.u8(m.oplockLevel);
    w.u8(m.flags);
    w.u32(m.createAction);
    w.u64(m.creationTime);
    w.u64(m.lastAccessTime);
    w.u64(m.lastWriteTime);
    w.u64(m.changeTime);
    w.u64(m.allocationSize);
    w.u64(m.endOfFile);
    w.u32(m.fileAttributes);
    w.zero(4);
    fileId.encode(w, m.fileId);
    if (m.createContexts.length === 0) {
      w.zero(8);
      return;
    }
    const contextsAt = w.position;
    w.u32(w.offset + 8);
    w.zero(4);
    const start = w.position;
    createContextList.encode(w, m.createContexts);
    w.patch32(contextsAt + 4, w.position - start);
  },
};
