import {
  Command,
  closeRequest,
  closeResponse,
  createRequest,
  createResponse,
  EMPTY_BODY,
  echoRequest,
  echoResponse,
  type FileId,
  ioctlRequest,
  ioctlResponse,
  lockRequest,
  lockResponse,
  NtStatus,
  setInfoRequest,
  setInfoResponse,
} from '@tsmbd/smb2-codec';
import { type ClientOptions, createBody, lockBody, type RequestOptions, type SmbClient } from '@tsmbd/tool-smb-client';
import type { Scene } from './attack.ts';

/** The steps of which the attacks consist. Each rejects with SmbError if the server refuses. */

/** A client that has logged on and has a tree. */
export interface Mounted {
  readonly client: SmbClient;
  readonly treeId: number;
}

export async function mounted(scene: Scene, options: ClientOptions = {}, share = scene.share): Promise<Mounted> {
  const client = await scene.logOn(options);
  return { client, treeId: await client.tree(share) };
}

export async function open(
  { client, treeId }: Mounted,
  name: string,
  more: Parameters<typeof createBody>[1] = {},
): Promise<FileId> {
  const body = createBody(name, { createDisposition: 1, ...more });
  const reply = await client.request(Command.CREATE, createRequest, createResponse, body, { treeId });
  return reply.body!.fileId;
}

export async function close({ client, treeId }: Mounted, fileId: FileId): Promise<void> {
  await client.request(Command.CLOSE, closeRequest, closeResponse, { flags: 0, fileId }, { treeId });
}

/** LOCK and unlock. A status that is neither success nor one of `expected` rejects. */
export async function lock(
  { client, treeId }: Mounted,
  fileId: FileId,
  locks: Parameters<typeof lockBody>[1],
  expected: readonly number[] = [NtStatus.STATUS_SUCCESS],
  options: RequestOptions = {},
): Promise<void> {
  const body = lockBody(fileId, locks);
  await client.request(Command.LOCK, lockRequest, lockResponse, body, { ...options, treeId }, expected);
}

/** SET_INFO of a file's information class. */
export async function setInfo(
  { client, treeId }: Mounted,
  fileId: FileId,
  fileInfoClass: number,
  buffer: Uint8Array,
): Promise<void> {
  const body = { infoType: 1, fileInfoClass, additionalInformation: 0, fileId, buffer };
  await client.request(Command.SET_INFO, setInfoRequest, setInfoResponse, body, { treeId });
}

/** Sends an IOCTL with an FSCTL. Returns its output. */
export async function fsctl(
  { client, treeId }: Mounted,
  fileId: FileId,
  ctlCode: number,
  input: Uint8Array,
  expected: readonly number[] = [NtStatus.STATUS_SUCCESS],
): Promise<void> {
  const sizes = { maxInputResponse: 0, maxOutputResponse: 65_536 };
  const body = { ctlCode, fileId, ...sizes, flags: 1, input, output: new Uint8Array(0) };
  await client.request(Command.IOCTL, ioctlRequest, ioctlResponse, body, { treeId }, expected);
}

/**
 * Asks for credits until the client may have `wanted` requests under way, or the server gives no
 * more.
 */
export async function gatherCredits({ client }: { readonly client: SmbClient }, wanted: number): Promise<void> {
  for (let i = 0; i < wanted / 100; i++) {
    await client.request(Command.ECHO, echoRequest, echoResponse, EMPTY_BODY);
  }
}

/** Runs `step` for 0 to `count` - 1, `depth` of them at once. */
export async function pipelined(count: number, depth: number, step: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const line = async () => {
    while (next < count) await step(next++);
  };
  await Promise.all(Array.from({ length: depth }, line));
}
