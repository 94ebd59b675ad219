import {
  ANY_FILE_ID,
  Command,
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
import { createBody, readBody, type SmbClient, writeBody } from '@tsmbd/tool-smb-client';

export { createBody };

/** FILE_ALL_ACCESS. */
export const ALL = 0x001f_01ff;

/** A client with a tree. */
export interface Mount {
  readonly client: SmbClient;
  readonly treeId: number;
}

export async function mount(client: SmbClient, share = 'share'): Promise<Mount> {
  return { client, treeId: await client.tree(share) };
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
    writeBody(fileId, offset, new TextEncoder().encode(text)),
    { treeId: m.treeId },
  );
  return reply.body!.count;
}

export async function read(m: Mount, fileId: FileId, length = 100, offset = 0n): Promise<string> {
  const reply = await m.client.request(Command.READ, readRequest, readResponse, readBody(fileId, offset, length), {
    treeId: m.treeId,
  });
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
