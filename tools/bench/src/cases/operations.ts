import { encode, NULL_GUID } from '@tsmbd/ms-dtyp';
import {
  Command,
  CreateDisposition,
  closeRequest,
  closeResponse,
  createRequest,
  createResponse,
  type FileId,
  InfoType,
  type Lease,
  LeaseState,
  lease as leaseContext,
  NtStatus,
  OplockLevel,
  queryDirectoryRequest,
  queryDirectoryResponse,
  queryInfoRequest,
  queryInfoResponse,
  readRequest,
  writeRequest,
  writeResponse,
} from '@tsmbd/smb2-codec';
import { type ClientOptions, SmbClient } from '@tsmbd/tool-smb-client';
import type { Mode } from './job.ts';

/** GENERIC_READ | GENERIC_WRITE, and the rights that a listing needs. */
const READ_WRITE = 0xc000_0000;
const NOTHING = new Uint8Array(0);
const SHARE_ALL = 7;

/**
 * The account on all servers. smbd needs an account that the system has, and runs as root in any
 * case.
 */
export const USER = 'root';
export const PASSWORD = 'benchPass1';
export const SHARE = 'bench';

/** A connection that is logged on and connected to the share. */
export interface Mount {
  readonly client: SmbClient;
  readonly treeId: number;
}

/** Connects, logs on and connects to the share. */
export async function mount(port: number, mode: Mode): Promise<Mount> {
  const options: ClientOptions = { sign: mode === 'signed', seal: mode === 'sealed', verify: false };
  const client = await SmbClient.login('127.0.0.1', port, USER, PASSWORD, options);
  return { client, treeId: await client.tree(SHARE) };
}

/** A lease for reads, writes and handles. Each `n` has its own key. */
export function leaseOf(n: number): Lease {
  return {
    version: 2,
    leaseKey: `${n.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`,
    leaseState: LeaseState.READ_CACHING | LeaseState.HANDLE_CACHING | LeaseState.WRITE_CACHING,
    flags: 0,
    leaseDuration: 0n,
    parentLeaseKey: NULL_GUID,
    epoch: 0,
  };
}

/** FILE_DIRECTORY_FILE, [MS-SMB2] 2.2.13. */
export const DIRECTORY_FILE = 1;

export async function open(
  m: Mount,
  name: string,
  disposition: number = CreateDisposition.OPEN_IF,
  options = 0,
  lease?: Lease,
): Promise<FileId> {
  const reply = await m.client.request(
    Command.CREATE,
    createRequest,
    createResponse,
    {
      requestedOplockLevel: lease === undefined ? OplockLevel.NONE : OplockLevel.LEASE,
      impersonationLevel: 2,
      smbCreateFlags: 0n,
      desiredAccess: READ_WRITE,
      fileAttributes: 0,
      shareAccess: SHARE_ALL,
      createDisposition: disposition,
      createOptions: options,
      name,
      createContexts: lease === undefined ? [] : [{ name: 'RqLs', data: encode(leaseContext, lease) }],
    } as never,
    { treeId: m.treeId },
  );
  return reply.body!.fileId;
}

export async function close(m: Mount, fileId: FileId): Promise<void> {
  await m.client.request(Command.CLOSE, closeRequest, closeResponse, { flags: 0, fileId }, { treeId: m.treeId });
}

/** Reads and drops the bytes. Only the header is copied or decoded. */
export async function read(m: Mount, fileId: FileId, offset: number, length: number): Promise<void> {
  const w = m.client.encode(
    Command.READ,
    readRequest,
    {
      padding: 0x50,
      flags: 0,
      length,
      offset: BigInt(offset),
      fileId,
      minimumCount: 0,
      channel: 0,
      remainingBytes: 0,
      readChannelInfo: NOTHING,
    },
    { treeId: m.treeId, charge: Math.ceil(length / 65_536) },
  );
  const { header } = await m.client.send(w, undefined, undefined, true);
  if (header.status !== NtStatus.STATUS_SUCCESS) throw new Error(`READ: 0x${header.status.toString(16)}`);
}

export async function write(m: Mount, fileId: FileId, offset: number, data: Uint8Array): Promise<void> {
  await m.client.request(
    Command.WRITE,
    writeRequest,
    writeResponse,
    { offset: BigInt(offset), fileId, channel: 0, remainingBytes: 0, flags: 0, data, writeChannelInfo: NOTHING },
    { treeId: m.treeId, charge: Math.ceil(data.length / 65_536) },
  );
}

/** FileAllInformation, as clients request it for a stat. */
export async function queryAll(m: Mount, fileId: FileId): Promise<void> {
  await m.client.request(
    Command.QUERY_INFO,
    queryInfoRequest,
    queryInfoResponse,
    {
      infoType: InfoType.FILE,
      fileInfoClass: 18,
      outputBufferLength: 4096,
      additionalInformation: 0,
      flags: 0,
      fileId,
      inputBuffer: NOTHING,
    },
    { treeId: m.treeId },
    [NtStatus.STATUS_SUCCESS, NtStatus.STATUS_BUFFER_OVERFLOW],
  );
}

/** FileIdBothDirectoryInformation, [MS-FSCC] 2.4.17. */
const ID_BOTH_DIRECTORY_INFORMATION = 37;
const RESTART_SCANS = 0x10;
/** [MS-SMB2] 2.2.34: the buffer of a response begins behind a header and 8 bytes. */
const LISTING_AT = 64 + 8;

/**
 * Lists a directory from its beginning to its end.
 *
 * @param onAnswer called with each answer's number of entries
 */
export async function list(
  m: Mount,
  fileId: FileId,
  onAnswer: (entries: number) => void,
  searchPattern = '*',
): Promise<void> {
  for (let first = true; ; first = false) {
    const reply = await m.client.request(
      Command.QUERY_DIRECTORY,
      queryDirectoryRequest,
      queryDirectoryResponse,
      {
        fileInformationClass: ID_BOTH_DIRECTORY_INFORMATION,
        flags: first ? RESTART_SCANS : 0,
        fileIndex: 0,
        fileId,
        outputBufferLength: 65_536,
        searchPattern,
      },
      { treeId: m.treeId },
      [NtStatus.STATUS_SUCCESS, NtStatus.STATUS_NO_MORE_FILES, NtStatus.STATUS_NO_SUCH_FILE],
    );
    if (reply.header.status !== NtStatus.STATUS_SUCCESS) return;
    onAnswer(entriesIn(reply.bytes.subarray(LISTING_AT)));
  }
}

/** The number of entries in a listing, by the chain of their NextEntryOffset, [MS-FSCC] 2.4. */
export function entriesIn(listing: Uint8Array): number {
  const view = new DataView(listing.buffer, listing.byteOffset, listing.byteLength);
  let count = 0;
  for (let at = 0; at + 4 <= listing.length; count++) {
    const next = view.getUint32(at, true);
    if (next === 0) return count + 1;
    at += next;
  }
  return count;
}
