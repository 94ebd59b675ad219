import { Writer } from '@tsmbd/ms-dtyp';
import {
  Command,
  CreateDisposition,
  commandCodecs,
  createRequest,
  createResponse,
  type FileId,
  HeaderFlags,
} from '@tsmbd/smb2-codec';
import { createBody, SmbClient } from '@tsmbd/tool-smb-client';
import type { Corpus } from './corpus.ts';
import { mutate } from './mutate.ts';
import type { Random } from './random.ts';
import type { Tally } from './tally.ts';

/** The server to connect to, and the user to log on as. */
export interface Target {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly share: string;
  /** A number that no other session has. It is part of the names of the session's files. */
  readonly session: number;
}

/**
 * One session: recorded requests get the ids of this session, are mutated, and are then signed or
 * sealed, so that they reach the handlers. Ends early if the server or a frame ends the session.
 * Throws if the server does not answer.
 */
export async function attackAfterLogon(
  target: Target,
  count: number,
  corpus: Corpus,
  random: Random,
  tally: Tally,
): Promise<void> {
  const options = { seal: random.oneIn(3) };
  const client = await SmbClient.login('127.0.0.1', target.port, target.user, target.password, options);
  tally.connections++;
  try {
    const treeId = await client.tree(target.share);
    const ids = [
      await open(client, treeId, `folder-${target.session}`, 1),
      await open(client, treeId, `file-${target.session}`, 0),
    ];
    const pipes = await client.tree('IPC$');
    const pipe = await open(client, pipes, 'srvsvc', 0);
    let sent = 0;
    while (sent < count && client.closed === undefined) {
      for (let burst = 0; burst < BURST && sent < count; burst++, sent++) {
        const onPipe = random.oneIn(8);
        sendMutated(client, onPipe ? pipes : treeId, onPipe ? [pipe] : ids, corpus, random, tally);
      }
      if (!(await answers(client))) break;
    }
    tally.sent('after', sent);
    if (sent < count) tally.ended++;
  } finally {
    client.transport.destroy('done');
  }
}

async function open(client: SmbClient, treeId: number, name: string, createOptions: number): Promise<FileId> {
  const createDisposition = name === 'srvsvc' ? CreateDisposition.OPEN : CreateDisposition.OPEN_IF;
  const value = createBody(name, { desiredAccess: 0x0012_019f, createDisposition, createOptions });
  const reply = await client.request(Command.CREATE, createRequest, createResponse, value, { treeId });
  return reply.body!.fileId;
}

/**
 * Whether the session answers an ECHO; false if its connection or the session has ended. Throws if
 * no answer comes.
 */
async function answers(client: SmbClient): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(reject, SILENCE_MS, new Error('no answer to an ECHO, on an open connection'));
  });
  try {
    const reply = client.send(client.encode(Command.ECHO, commandCodecs.ECHO.request, {}));
    const { header } = await Promise.race([reply.catch(() => ({ header: undefined })), silence]);
    return header?.status === 0;
  } finally {
    clearTimeout(timer);
  }
}

/** Sends one request, or two or three as a compound. */
function sendMutated(
  client: SmbClient,
  treeId: number,
  ids: FileId[],
  corpus: Corpus,
  random: Random,
  tally: Tally,
): void {
  const messages = Array.from({ length: random.oneIn(10) ? 2 + random.below(2) : 1 }, (_, i) =>
    mutatedRequest(client, treeId, random.pick(ids), i > 0 && !random.oneIn(4), corpus, random),
  );
  const [only] = messages;
  if (messages.length > 1 || only === undefined) {
    client.transport.send([new Uint8Array(4), compound(client, messages)]);
    return;
  }
  const out = new Writer(only.length + HEADROOM, HEADROOM);
  out.bytes(only);
  client.send(out).then(
    ({ header, bytes }) => {
      tally.status(header.status);
      if (header.command === Command.CREATE && header.status === 0 && bytes.length >= 144) keep(ids, bytes);
    },
    () => undefined,
  );
}

/** Adds the FileId of a CREATE Response to those for which requests are sent, [MS-SMB2] 2.2.14. */
function keep(ids: FileId[], response: Uint8Array): void {
  const view = new DataView(response.buffer, response.byteOffset, response.length);
  ids.push({ persistent: view.getBigUint64(128, true), volatile: view.getBigUint64(136, true) });
  if (ids.length > MAX_IDS) ids.splice(2, 1);
}

/** Joins requests at multiples of 8, each signed, padding included, [MS-SMB2] 3.2.4.1.4. */
function compound(client: SmbClient, messages: readonly Uint8Array[]): Uint8Array {
  const parts = messages.map((message, i) => {
    const last = i === messages.length - 1;
    const part = new Uint8Array(last ? message.length : (message.length + 7) & ~7);
    part.set(message);
    const view = new DataView(part.buffer);
    if (!last) view.setUint32(20, part.length, true);
    view.setUint32(16, view.getUint32(16, true) | HeaderFlags.SIGNED, true);
    client.signer?.sign(part);
    return part;
  });
  return Buffer.concat(parts);
}

function mutatedRequest(
  client: SmbClient,
  treeId: number,
  fileId: FileId,
  related: boolean,
  corpus: Corpus,
  random: Random,
): Uint8Array {
  let command = random.pick([...corpus.requests.keys()]);
  // These commands end the session, so a few of them are enough.
  if (ENDING.includes(command) && !random.oneIn(40)) command = Command.CREATE;
  const recorded = new Uint8Array(random.pick(corpus.requests.get(command)!));
  patchFileId(recorded, command, related ? BEFORE : fileId);
  const message = mutateRequest(recorded, random.pick(corpus.frames), random);
  const w = client.encode(Command.ECHO, commandCodecs.ECHO.request, {}, { treeId });
  const own = w.result().subarray(HEADROOM, HEADROOM + 64);
  const view = new DataView(message.buffer, message.byteOffset, message.length);
  const flags = random.oneIn(30) ? view.getUint32(16, true) : 0;
  const mutatedCommand = view.getUint16(12, true);
  if (!random.oneIn(100)) {
    message.set(own);
    view.setUint16(12, mutatedCommand, true);
    const cleared = flags & ~(HeaderFlags.SIGNED | HeaderFlags.SERVER_TO_REDIR);
    view.setUint32(16, related ? cleared | HeaderFlags.RELATED_OPERATIONS : cleared, true);
  }
  view.setUint32(20, 0, true);
  return message;
}

/**
 * Most requests keep their header, because a fault there is found before the handlers are reached.
 * Some are sent as they were recorded. That takes the server to states in which the other requests
 * do more.
 */
function mutateRequest(recorded: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  if (random.oneIn(5)) return recorded;
  const message = random.oneIn(12) ? mutate(recorded, other, random) : mutate(recorded, other, random, 64);
  return message.length < 64 ? recorded : message;
}

/**
 * Puts one of this session's FileIds where the command's request has its FileId, [MS-SMB2] 2.2.15
 * to 2.2.39.
 */
function patchFileId(message: Uint8Array, command: number, fileId: FileId): void {
  const at = FILE_ID_AT[command];
  if (at === undefined || message.length < at + 16) return;
  const view = new DataView(message.buffer, message.byteOffset, message.length);
  view.setBigUint64(at, fileId.persistent, true);
  view.setBigUint64(at + 8, fileId.volatile, true);
}

const FILE_ID_AT: Readonly<Record<number, number>> = {
  [Command.CLOSE]: 72,
  [Command.FLUSH]: 72,
  [Command.READ]: 80,
  [Command.WRITE]: 80,
  [Command.LOCK]: 72,
  [Command.IOCTL]: 72,
  [Command.QUERY_DIRECTORY]: 72,
  [Command.CHANGE_NOTIFY]: 72,
  [Command.QUERY_INFO]: 88,
  [Command.SET_INFO]: 80,
  [Command.OPLOCK_BREAK]: 72,
};
const ENDING: readonly number[] = [Command.LOGOFF, Command.TREE_DISCONNECT, Command.CLOSE];
/**
 * In a related request this FileId means the FileId of the request before it, [MS-SMB2]
 * 3.3.5.2.7.2.
 */
const BEFORE: FileId = { persistent: 0xffff_ffff_ffff_ffffn, volatile: 0xffff_ffff_ffff_ffffn };
const MAX_IDS = 16;
const HEADROOM = 56;
const BURST = 16;
const SILENCE_MS = 20_000;
