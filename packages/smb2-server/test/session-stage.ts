import { randomBytes } from 'node:crypto';
import type { Signer } from '@tsmbd/smb-crypto';
import {
  Command,
  changeNotifyRequest,
  EMPTY_BODY,
  type FileId,
  logoffRequest,
  logoffResponse,
  NtStatus,
  sessionSetupRequest,
  sessionSetupResponse,
  treeDisconnectRequest,
  treeDisconnectResponse,
} from '@tsmbd/smb2-codec';
import { Logon, type SmbClient } from '@tsmbd/tool-smb-client';
import { type Harness, settle, startServer } from './harness.ts';
import { create, type Mount, mount, write } from './requests.ts';
import type { StateName } from './tables/session-states.ts';
import { sealerOf, type Voice, voiceOf } from './voice.ts';

/** A server with a session in some state, and what a request in that state names. */
export interface Stage {
  readonly h: Harness;
  /** The connection that the request is sent on. */
  readonly client: SmbClient;
  readonly voice: Voice;
  readonly treeId: number;
  readonly fileId: FileId;
  /** A CHANGE_NOTIFY of alice's that waits. */
  readonly waiting: { readonly messageId: bigint; readonly asyncId: bigint };
}

type Prepared = Omit<Stage, 'h' | 'waiting' | 'client'> & { readonly client?: SmbClient };

/** Alice has `f` open for everything, and waits for changes of the share's root. */
export async function stage(state: StateName): Promise<Stage> {
  const h = startServer(
    {
      ...(state === 'expired' && { sessionLifetimeS: 60 }),
      ...(state === 'plainSession' && { encryption: 'required' as const }),
    },
    { encrypt: state === 'plainShare' },
  );
  const seal = state === 'plainSession' || state === 'plainShare';
  const m = await mount(await h.logOn({ seal, verify: false }));
  const { fileId } = await create(m, 'f');
  await write(m, fileId, 'before');
  const root = await create(m, '', { createOptions: 1, desiredAccess: 1, createDisposition: 1 });
  const waiting = await watch(m, root.fileId);
  const prepared = await PREPARE[state](h, m, fileId);
  return { h, client: m.client, waiting, ...prepared };
}

/** A second session on the connection of `client`, which speaks as it from now on. */
export async function secondSession(client: SmbClient, user: string): Promise<void> {
  Object.assign(client, { sessionId: 0n, signer: undefined });
  await client.logOn(user, `${user}-password`);
}

/** The first leg of a logon; the session is half made. */
export async function halfLogOn(client: SmbClient, user: string): Promise<Logon> {
  const logon = new Logon(user, `${user}-password`, '', (length) => randomBytes(length));
  const none = { flags: 0, securityMode: 1, capabilities: 0, channel: 0, previousSessionId: 0n };
  const reply = await client.request(
    Command.SESSION_SETUP,
    sessionSetupRequest,
    sessionSetupResponse,
    { ...none, securityBuffer: logon.spnego.start() },
    {},
    [NtStatus.STATUS_MORE_PROCESSING_REQUIRED],
  );
  client.sessionId = reply.header.sessionId;
  return logon;
}

const PREPARE: Readonly<Record<StateName, (h: Harness, m: Mount, fileId: FileId) => Promise<Prepared>>> = {
  none: async (_h, { treeId }, fileId) => ({ voice: { sessionId: 0xdeadn }, treeId, fileId }),
  halfMade: async (h, { treeId }, fileId) => {
    const client = await negotiated(h);
    await halfLogOn(client, 'alice');
    return { client, voice: { sessionId: client.sessionId }, treeId, fileId };
  },
  loggedOff: async (h, { treeId }, fileId) => {
    const client = await h.logOn({ verify: false });
    await client.request(Command.LOGOFF, logoffRequest, logoffResponse, EMPTY_BODY);
    return { client, voice: voiceOf(client), treeId, fileId };
  },
  expired: async (h, { client, treeId }, fileId) => {
    await h.advance(61_000);
    return { voice: voiceOf(client), treeId, fileId };
  },
  unsigned: async (_h, m, fileId) => ({ voice: { sessionId: m.client.sessionId }, treeId: m.treeId, fileId }),
  changed: async (_h, m, fileId) => ({
    voice: { ...voiceOf(m.client), tamper: flipLastBitOfSignature },
    treeId: m.treeId,
    fileId,
  }),
  otherKey: async (_h, { client, treeId }, fileId) => {
    const { sessionId } = client;
    await secondSession(client, 'bob');
    return { voice: { sessionId, signer: client.signer as Signer }, treeId, fileId };
  },
  otherSealed: async (_h, { client, treeId }, fileId) => {
    const { sessionId } = client;
    await secondSession(client, 'bob');
    return { voice: { sessionId, sealer: sealerOf(client) }, treeId, fileId };
  },
  plainSession: async (_h, { client, treeId }, fileId) => ({ voice: voiceOf(client), treeId, fileId }),
  plainShare: async (_h, { client, treeId }, fileId) => ({ voice: voiceOf(client), treeId, fileId }),
  otherConnection: async (h, m, fileId) => ({
    client: await negotiated(h),
    voice: voiceOf(m.client),
    treeId: m.treeId,
    fileId,
  }),
  otherTree: async (_h, { client, treeId }, fileId) => {
    await secondSession(client, 'bob');
    return { voice: voiceOf(client), treeId, fileId };
  },
  treeGone: async (_h, { client }) => {
    const { treeId } = await mount(client);
    const { fileId } = await create({ client, treeId }, 'f');
    await client.request(Command.TREE_DISCONNECT, treeDisconnectRequest, treeDisconnectResponse, EMPTY_BODY, {
      treeId,
    });
    return { voice: voiceOf(client), treeId, fileId };
  },
  otherFile: async (_h, { client }, fileId) => {
    await secondSession(client, 'bob');
    const { treeId } = await mount(client);
    return { voice: voiceOf(client), treeId, fileId };
  },
  fileOfTree: async (_h, { client }, fileId) => {
    const { treeId } = await mount(client);
    return { voice: voiceOf(client), treeId, fileId };
  },
};

function flipLastBitOfSignature(message: Uint8Array): void {
  message[63]! ^= 0x80;
}

async function negotiated(h: Harness): Promise<SmbClient> {
  const client = h.connect({ verify: false });
  await client.negotiate();
  return client;
}

async function watch({ client, treeId }: Mount, fileId: FileId): Promise<Stage['waiting']> {
  const before = client.encode(
    Command.CHANGE_NOTIFY,
    changeNotifyRequest,
    {
      flags: 0,
      outputBufferLength: 1000,
      fileId,
      completionFilter: 1,
    },
    { treeId },
  );
  let asyncId = 0n;
  const messageId = new DataView(before.result().buffer, before.result().byteOffset).getBigUint64(56 + 24, true);
  client
    .send(before, (id) => {
      asyncId = id;
    })
    .catch(() => undefined);
  await settle();
  return { messageId, asyncId };
}
