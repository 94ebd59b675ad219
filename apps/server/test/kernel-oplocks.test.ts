import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode, encode } from '@tsmbd/ms-dtyp';
import {
  Command,
  type CreateContext,
  CreateDisposition,
  createRequest,
  createResponse,
  DurableHandleFlags,
  durableHandleReconnectV2,
  durableHandleRequestV2,
  type FileId,
  HEADER_SIZE,
  OplockLevel,
  oplockBreakRequest,
  oplockBreakResponse,
  writeRequest,
  writeResponse,
} from '@tsmbd/smb2-codec';
import { SmbClient } from '@tsmbd/tool-smb-client';
import test from 'ava';
import { PASSWORD, run, TestDaemon, USER } from './helpers/daemon.ts';

const GUID = 'dddddddd-0000-4000-8000-000000000000';
const FLAGS = DurableHandleFlags.PERSISTENT;

/**
 * A client that has `f` open with a batch oplock, if it gets one, and hears when it is to give that
 * up.
 */
async function opened(daemon: TestDaemon, context: CreateContext) {
  let heard = (_level: number): void => {};
  const told = new Promise<number>((resolve) => {
    heard = resolve;
  });
  const client = await SmbClient.login('127.0.0.1', daemon.port, USER, PASSWORD, {
    clientGuid: GUID,
    onNotification(bytes) {
      const message = decode(oplockBreakResponse, bytes.subarray(HEADER_SIZE));
      if (message.kind === 'oplock') heard(message.oplockLevel);
    },
  });
  const treeId = await client.tree('files');
  const wish = {
    requestedOplockLevel: OplockLevel.BATCH,
    impersonationLevel: 2,
    smbCreateFlags: 0n,
    desiredAccess: 0x0012_019f,
    fileAttributes: 0,
    shareAccess: 7,
    createDisposition: CreateDisposition.OPEN_IF,
    createOptions: 0,
    name: 'f',
    createContexts: [context],
  };
  const { body } = await client.request(Command.CREATE, createRequest, createResponse, wish, { treeId });
  return { client, treeId, told, file: body! };
}

test.serial(
  'a persistent open that caches writes: after a SIGKILL local programs wait for its client as before',
  async (t) => {
    const first = await TestDaemon.start('', 'continuous availability = yes\nkernel oplocks = yes');
    writeFileSync(join(first.folder, 'f'), 'what was there');
    const request = { timeoutMs: 60_000, flags: FLAGS, createGuid: GUID };
    const before = await opened(first, { name: 'DH2Q', data: encode(durableHandleRequestV2, request) });
    t.is(before.file.oplockLevel, OplockLevel.BATCH);

    await using daemon = await first.killAndStart();
    await before.client.ended();
    const back = (fileId: FileId) => encode(durableHandleReconnectV2, { fileId, createGuid: GUID, flags: FLAGS });
    const { client, treeId, told, file } = await opened(daemon, { name: 'DH2C', data: back(before.file.fileId) });
    t.is(file.oplockLevel, OplockLevel.BATCH);

    const reader = run('cat', [join(daemon.folder, 'f')]);
    t.is(await told, OplockLevel.NONE);
    const bytes = {
      offset: 0n,
      fileId: file.fileId,
      channel: 0,
      remainingBytes: 0,
      writeChannelInfo: new Uint8Array(0),
      flags: 0,
      data: Buffer.from('what was cached'),
    };
    await client.request(Command.WRITE, writeRequest, writeResponse, bytes, { treeId });
    const none = { kind: 'oplock', oplockLevel: OplockLevel.NONE, fileId: file.fileId } as const;
    await client.request(Command.OPLOCK_BREAK, oplockBreakRequest, oplockBreakResponse, none, { treeId });
    t.is((await reader).stdout, 'what was cached');
    client.close();
  },
);
