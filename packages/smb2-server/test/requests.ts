import {
  ANY_FILE_ID,
  Command,
  type CreateRequest,
  type CreateResponse,
  closeRequest,
  closeResponse,
  createRequest,
  createResponse,
  type DirectoryEntry,
  decodeDirectory,
  type FileId,
  FileInformationClass,
  NtStatus,
  queryDirectoryRequest,
  queryDirectoryResponse,
  queryInfoRequest,
  queryInfoResponse,
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

/** QUERY_INFO of a file class, or of a class of the file system with `infoType` 2. */
export async function queryInfo(m: Mount, fileId: FileId, fileInfoClass: number, infoType = 1): Promise<Uint8Array> {
  const { body } = await m.client.request(
    Command.QUERY_INFO,
    queryInfoRequest,
    queryInfoResponse,
    {
      infoType,
      fileInfoClass,
      additionalInformation: 0,
      fileId,
      flags: 0,
      outputBufferLength: 65_536,
      inputBuffer: new Uint8Array(0),
    },
    { treeId: m.treeId },
  );
  return body!.buffer;
}

/** What one QUERY_DIRECTORY of a folder lists, but for `.` and `..`. */
export async function list(m: Mount, folder = '', searchPattern = '*'): Promise<readonly DirectoryEntry[]> {
  const { fileId } = await create(m, folder, { createDisposition: 1, createOptions: 1, desiredAccess: 0x81 });
  const fileInformationClass = FileInformationClass.FileIdBothDirectoryInformation;
  const { body } = await m.client.request(
    Command.QUERY_DIRECTORY,
    queryDirectoryRequest,
    queryDirectoryResponse,
    { fileInformationClass, flags: 0, fileIndex: 0, fileId, outputBufferLength: 65_536, searchPattern },
    { treeId: m.treeId },
  );
  await close(m, fileId);
  const entries = decodeDirectory(fileInformationClass, body!.buffer) as readonly DirectoryEntry[];
  return entries.filter(({ fileName }) => fileName !== '.' && fileName !== '..');
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
