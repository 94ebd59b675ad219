import { type Codec, encode } from '@tsmbd/ms-dtyp';
import {
  CipherId,
  Command,
  type CommandName,
  CreateContextName,
  CreateDisposition,
  closeRequest,
  closeResponse,
  commandCodecs,
  createRequest,
  createResponse,
  Dialect,
  encodeMessage,
  FsctlCode,
  HeaderFlags,
  InfoType,
  type MessageElement,
  makeHeader,
  NotifyFilter,
  type RequestOf,
  SigningAlgorithmId,
  validateNegotiateInfoRequest,
} from '@tsmbd/smb2-codec';
import { type ClientOptions, SmbClient } from '@tsmbd/tool-smb-client';
import type { Scene } from './scene.ts';
import type { RecordedServer } from './servers.ts';

/**
 * Scenes with this project's own client, for messages that no other client here can be made to
 * send.
 */
export const OWN_SCENES: readonly Scene[] = [
  scene('own-compound', 'compounds: related, with a failing part, unrelated', 'none', { sign: false }, compounds),
  scene('own-notify', 'CHANGE_NOTIFY that answers, one that is cancelled, and LOCKs', 'signed', {}, waits),
  scene(
    'own-sealed-256',
    'CHANGE_NOTIFY, LOCKs and CANCEL within AES-256-GCM',
    'sealed',
    { seal: true, ciphers: [CipherId.AES_256_GCM], signing: [SigningAlgorithmId.AES_CMAC] },
    waits,
  ),
  scene('own-ioctl', 'IOCTLs of the connection, an ECHO, a FLUSH', 'signed', { dialects: [Dialect.SMB_3_0_2] }, ioctls),
];

function scene(
  name: string,
  shows: string,
  protection: Scene['protection'],
  options: ClientOptions,
  work: (session: Session) => Promise<void>,
): Scene {
  return {
    name,
    shows,
    client: 'tsmbd',
    protection,
    async run(server: RecordedServer) {
      const client = await SmbClient.login('127.0.0.1', server.port, server.user, server.password, options);
      // A request that the server leaves unanswered is recorded as such.
      const timer = setTimeout(() => client.transport.destroy('no answer'), 5000);
      await work({ client, treeId: await client.tree('t0') }).catch((error) => console.log(name, error.message));
      clearTimeout(timer);
      client.close();
      await client.ended();
    },
  };
}

interface Session {
  readonly client: SmbClient;
  readonly treeId: number;
}

type FileId = { readonly persistent: bigint; readonly volatile: bigint };

/** Sends a request and accepts any answer. Returns its FileId and status. */
async function ask<N extends CommandName>(
  { client, treeId }: Session,
  command: N,
  value: RequestOf<N>,
  onPending?: (asyncId: bigint) => void,
): Promise<unknown> {
  const { request } = commandCodecs[command] as unknown as { request: Codec<RequestOf<N>> };
  const w = client.encode(Command[command], request, value, { treeId });
  return client.send(w, onPending);
}

async function openFile(session: Session, name: string, directory = false): Promise<FileId> {
  const { client, treeId } = session;
  const value = createOf(name, directory);
  const reply = await client.request(Command.CREATE, createRequest, createResponse, value, { treeId });
  return reply.body!.fileId;
}

async function closeFile({ client, treeId }: Session, fileId: FileId): Promise<void> {
  await client.request(Command.CLOSE, closeRequest, closeResponse, { flags: 1, fileId }, { treeId });
}

function createOf(name: string, directory = false): RequestOf<'CREATE'> {
  return {
    requestedOplockLevel: 0,
    impersonationLevel: 2,
    smbCreateFlags: 0n,
    desiredAccess: 0x12019f,
    fileAttributes: 0,
    shareAccess: 7,
    createDisposition: CreateDisposition.OPEN_IF,
    createOptions: directory ? 1 : 0,
    name,
    createContexts: [
      { name: CreateContextName.QUERY_MAXIMAL_ACCESS_REQUEST, data: new Uint8Array(0) },
      { name: CreateContextName.QUERY_ON_DISK_ID, data: new Uint8Array(0) },
    ],
  };
}

/** In a related request this FileId means the handle of the request before it. */
const BEFORE: FileId = { persistent: 0xffff_ffff_ffff_ffffn, volatile: 0xffff_ffff_ffff_ffffn };

async function compounds(session: Session): Promise<void> {
  const queryAll = (fileId: FileId): MessageElement['body'] => ({
    kind: 'request',
    command: 'QUERY_INFO',
    value: {
      infoType: InfoType.FILE,
      fileInfoClass: 18,
      outputBufferLength: 1024,
      additionalInformation: 0,
      flags: 0,
      fileId,
      inputBuffer: new Uint8Array(0),
    },
  });
  const close = (fileId: FileId): MessageElement['body'] => ({
    kind: 'request',
    command: 'CLOSE',
    value: { flags: 1, fileId },
  });
  const create = (name: string): MessageElement['body'] => ({
    kind: 'request',
    command: 'CREATE',
    value: createOf(name),
  });
  await sendCompound(session, true, [create('small.txt'), queryAll(BEFORE), close(BEFORE)]);
  await sendCompound(session, true, [create('missing\\small.txt'), queryAll(BEFORE), close(BEFORE)]);
  await sendCompound(session, false, [create('small.txt'), queryAll({ persistent: 1n, volatile: 1n })]);
}

/** Sends bodies as one compound, unsigned, and waits for the answer to the last. */
async function sendCompound(
  session: Session,
  related: boolean,
  bodies: readonly MessageElement['body'][],
): Promise<void> {
  const { client, treeId } = session;
  const first = client.encode(Command.ECHO, commandCodecs.ECHO.request, {});
  const frame = first.result().subarray(56);
  let messageId = new DataView(frame.buffer, frame.byteOffset).getBigUint64(24, true);
  const elements = bodies.map((body, i): MessageElement => {
    if (i > 0) client.encode(Command.ECHO, commandCodecs.ECHO.request, {});
    return {
      header: makeHeader({
        command: Command[body.command!],
        creditCharge: 1,
        credits: 16,
        messageId: messageId++,
        treeId,
        sessionId: client.sessionId,
        flags: related && i > 0 ? HeaderFlags.RELATED_OPERATIONS : 0,
      }),
      body,
    };
  });
  // Four bytes of room for the length.
  client.transport.send([new Uint8Array(4), encodeMessage(elements)]);
  // Nobody waits for the compound's answers. The answer to an ECHO comes after them.
  await ask(session, 'ECHO', {});
}

async function waits(session: Session): Promise<void> {
  const folder = await openFile(session, 'folder', true);
  const file = await openFile(session, 'small.txt');
  const notify = { flags: 1, outputBufferLength: 4096, fileId: folder, completionFilter: NotifyFilter.FILE_NAME };
  const told = ask(session, 'CHANGE_NOTIFY', notify);
  await closeFile(session, await openFile(session, 'folder\\new.txt'));
  await told;
  const cancelled = ask(session, 'CHANGE_NOTIFY', { ...notify, completionFilter: NotifyFilter.SECURITY }, (asyncId) => {
    cancel(session, asyncId);
  });
  await cancelled;
  const lock = (flags: number, offset: bigint): Promise<unknown> =>
    ask(session, 'LOCK', {
      lockSequenceNumber: 0,
      lockSequenceIndex: 0,
      fileId: file,
      locks: [{ offset, length: 10n, flags }],
    });
  await lock(0x12, 0n);
  const other = await openFile(session, 'small.txt');
  const both = { lockSequenceNumber: 0, lockSequenceIndex: 0, fileId: other };
  await ask(session, 'LOCK', { ...both, locks: [{ offset: 5n, length: 10n, flags: 0x12 }] });
  const waiting = ask(session, 'LOCK', { ...both, locks: [{ offset: 5n, length: 10n, flags: 0x02 }] }, () => {
    void lock(0x04, 0n);
  });
  await waiting;
  await closeFile(session, other);
  await closeFile(session, file);
  await closeFile(session, folder);
  await ask(session, 'LOGOFF', {});
}

/** CANCEL is sent with the AsyncId. It has no answer, [MS-SMB2] 3.2.4.24. */
function cancel({ client }: Session, asyncId: bigint): void {
  const frame = client.encode(Command.CANCEL, commandCodecs.CANCEL.request, {}).result();
  const view = new DataView(frame.buffer, frame.byteOffset + 56);
  view.setUint32(16, HeaderFlags.ASYNC_COMMAND, true);
  view.setBigUint64(32, asyncId, true);
  client.transport.send([client.protect(frame)]);
}

async function ioctls(session: Session): Promise<void> {
  const ioctl = (ctlCode: number, input: Uint8Array, fileId = BEFORE): Promise<unknown> =>
    ask(session, 'IOCTL', {
      ctlCode,
      fileId,
      maxInputResponse: 0,
      maxOutputResponse: 4096,
      flags: 1,
      input,
      output: new Uint8Array(0),
    });
  const { client } = session;
  await ioctl(FsctlCode.QUERY_NETWORK_INTERFACE_INFO, new Uint8Array(0));
  await ioctl(FsctlCode.DFS_GET_REFERRALS, Uint8Array.of(4, 0, 0x5c, 0, 0x61, 0, 0, 0));
  const negotiated = client.negotiated!;
  await ioctl(
    FsctlCode.VALIDATE_NEGOTIATE_INFO,
    encode(validateNegotiateInfoRequest, {
      capabilities: 0x44,
      guid: negotiated.serverGuid,
      securityMode: 1,
      dialects: [Dialect.SMB_3_0_2],
    }),
  );
}
