import {
  ANY_FILE_ID,
  Command,
  CreateDisposition,
  type CreateRequest,
  type CreateResponse,
  closeRequest,
  closeResponse,
  createRequest,
  createResponse,
  type FileId,
  NtStatus,
  readRequest,
  readResponse,
  setInfoRequest,
  setInfoResponse,
  writeRequest,
  writeResponse,
} from '@tsmbd/smb2-codec';
import type { SmbClient } from '@tsmbd/tool-smb-client';

/** FILE_ALL_ACCESS. */
export const ALL = 0x001f_01ff;
const NOTHING = new Uint8Array(0);

/** A client with a tree. */
export interface Mount {
  readonly client: SmbClient;
  readonly treeId: number;
}

export async function mount(client: SmbClient, share = 'share'): Promise<Mount> {
  return { client, treeId: await client.tree(share) };
}

export function createBody(name: string, more: Partial<CreateRequest> = {}): CreateRequest {
  return {
    requestedOplockLevel: 0,
    impersonationLevel: 2,
    smbCreateFlags: 0n,
    desiredAccess: ALL,
    fileAttributes: 0,
    shareAccess: 7,
    createDisposition: CreateDisposition.OPEN_IF,
    createOptions: 0,
    name,
    createContexts: [],
    ...more,
  };
}

export async function create(m: Mount, name: string, more: Partial<CreateRequest> = {}): Promise<CreateResponse> {
  const reply = await m.client.request(Command.CREATE, createRequest, createResponse, createBody(name, more), {
    treeId: m.treeId,
  });
  return reply.body!;
}

export async function close(m: Mount, fileId: FileId, expected: readonly number[] = [NtStatus.STATUS_SUCCESS]) {
  return m.client.request(
    Command.CLOSE,
    closeRequest,
    closeResponse,
    { flags: 0, fileId },
    { treeId: m.treeId },
    expected,
  );
}

export async function write(m: Mount, fileId: FileId, text: string, offset = 0n): Promise<number> {
  const reply = await m.client.request(
    Command.WRITE,
    writeRequest,
    writeResponse,
    {
      offset,
      fileId,
      channel: 0,
      remainingBytes: 0,
      flags: 0,
      data: new TextEncoder().encode(text),
      writeChannelInfo: NOTHING,
    },
    { treeId: m.treeId },
  );
  return reply.body!.count;
}

export async function read(m: Mount, fileId: FileId, length = 100, offset = 0n): Promise<string> {
  const reply = await m.client.request(
    Command.READ,
    readRequest,
    readResponse,
    {
      padding: 0x50,
      flags: 0,
      length,
      offset,
      fileId,
      minimumCount: 0,
      channel: 0,
      remainingBytes: 0,
      readChannelInfo: NOTHING,
    },
    { treeId: m.treeId },
  );
  return new TextDecoder().decode(reply.body!.data);
}

/** SET_INFO of a file class. */
export async function setFileInfo(m: Mount, fileId: FileId, fileInfoClass: number, buffer: Uint8Array): Promise<void> {
  await m.client.request(
    Command.SET_INFO,
    setInfoRequest,
    setInfoResponse,
    { infoType: 1, fileInfoClass, additionalInformation: 0, fileId, buffer },
    { treeId: m.treeId },
  );
}

/** The FileId of the request before, in a related compound. */
export const SAME_FILE = ANY_FILE_ID;

/** The status that a refused request ended with. */
export async function statusOf(promise: Promise<unknown>): Promise<number> {
  try {
    await promise;
    return NtStatus.STATUS_SUCCESS;
  } catch (error) {
    const status = (error as { status?: number }).status;
    if (status === undefined) throw error;
    return status;
  }
}
