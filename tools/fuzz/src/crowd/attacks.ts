import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInitiator } from '@tsmbd/ntlm-auth';
import {
  Command,
  changeNotifyRequest,
  changeNotifyResponse,
  closeRequest,
  closeResponse,
  createRequest,
  createResponse,
  EMPTY_BODY,
  echoRequest,
  echoResponse,
  type FileId,
  NtStatus,
  queryDirectoryRequest,
  queryDirectoryResponse,
  readRequest,
  readResponse,
  sessionSetupRequest,
  sessionSetupResponse,
} from '@tsmbd/smb2-codec';
import { createBody, part, readBody, type SmbClient, sendCompound } from '@tsmbd/tool-smb-client';
import type { Attack, Scene } from './attack.ts';

const LARGE = 8 << 20;

/** Attacks of one client on all others; each was seen to stop a server, this one or another. */
export const ATTACKS: readonly Attack[] = [
  {
    name: 'patterns',
    what: 'QUERY_DIRECTORY with 1,019 `*` and a letter, over 1,000 names of 246 characters',
    async run(scene) {
      const folder = join(scene.folder, 'patterns');
      mkdirSync(folder);
      for (let i = 0; i < 1000 * scene.scale; i++)
        writeFileSync(join(folder, `${String(i).padStart(6, '0')}${'a'.repeat(240)}`), '');
      const { client, treeId } = await mounted(scene);
      for (const searchPattern of [`${'*'.repeat(1019)}b`, `${'*a'.repeat(500)}b`, `${'<a'.repeat(500)}b`]) {
        const fileId = await open(client, treeId, 'patterns', { desiredAccess: 0x0010_0081, createOptions: 1 });
        const body = {
          fileInformationClass: 37,
          flags: 0,
          fileIndex: 0,
          fileId,
          searchPattern,
          outputBufferLength: 65_536,
        };
        const codecs = [queryDirectoryRequest, queryDirectoryResponse] as const;
        await client.request(Command.QUERY_DIRECTORY, ...codecs, body, { treeId }, [
          NtStatus.STATUS_SUCCESS,
          NtStatus.STATUS_NO_SUCH_FILE,
        ]);
      }
    },
  },
  {
    name: 'reads',
    what: 'compounds of 60 READs of 8 MiB each',
    async run(scene) {
      writeFileSync(join(scene.folder, 'large'), Buffer.alloc(LARGE, 1));
      const { client, treeId } = await mounted(scene);
      const fileId = await open(client, treeId, 'large');
      for (let i = 0; i < 60; i++) await echo(client);
      const codecs = [readRequest, readResponse] as const;
      for (let i = 0; i < 4 * scene.scale; i++) {
        const reads = Array.from({ length: 60 }, () =>
          part(Command.READ, codecs, readBody(fileId, 0, LARGE), { treeId, charge: 128 }),
        );
        await Promise.all(sendCompound(client, reads));
      }
    },
  },
  {
    name: 'elements',
    what: 'compounds of 250 CREATEs and CLOSEs, and one of 6,000 ECHOs',
    async run(scene) {
      const { client, treeId } = await mounted(scene);
      for (let i = 0; i < 60; i++) await echo(client);
      const codecs = [createRequest, createResponse] as const;
      for (let i = 0; i < 10 * scene.scale; i++) {
        const creates = Array.from({ length: 250 }, (_, n) =>
          part(Command.CREATE, codecs, createBody(`element-${n}`, { createOptions: 0x1000 }), { treeId }),
        );
        const replies = await Promise.all(sendCompound(client, creates));
        for (const { body } of replies) {
          const made = (body as { fileId?: FileId } | undefined)?.fileId;
          if (made !== undefined) await close(client, treeId, made);
        }
      }
      await Promise.all(
        sendCompound(
          client,
          Array.from({ length: 6000 * scene.scale }, () => part(Command.ECHO, [echoRequest, echoResponse], EMPTY_BODY)),
        ),
      );
    },
  },
  {
    name: 'half-made logons',
    what: '8 connections that begin 2,048 logons each and finish none',
    async run(scene) {
      const token = createInitiator({
        user: 'x',
        domain: '',
        password: 'y',
        workstation: 'W',
        clientChallenge: new Uint8Array(8),
        randomSessionKey: new Uint8Array(16),
        now: 0n,
      }).negotiate();
      const none = { flags: 0, securityMode: 1, capabilities: 0, channel: 0, previousSessionId: 0n };
      for (let i = 0; i < 8; i++) {
        const client = await scene.connect();
        for (let n = 0; n < 2048 * scene.scale; n += 64) {
          const begun = Array.from({ length: 64 }, () =>
            client.request(
              Command.SESSION_SETUP,
              sessionSetupRequest,
              sessionSetupResponse,
              { ...none, securityBuffer: token },
              {},
              // The oldest make room, some before they were answered.
              [NtStatus.STATUS_MORE_PROCESSING_REQUIRED, NtStatus.STATUS_USER_SESSION_DELETED],
            ),
          );
          await Promise.all(begun);
        }
      }
    },
  },
  {
    name: 'idle connections',
    what: '1,200 connections with one NEGOTIATE each, and nothing after it',
    async run(scene) {
      for (let i = 0; i < 1200 * scene.scale; i++) {
        // When there is no place left, one of these makes room: its end is no failure of the attack.
        await scene.connect().catch(() => undefined);
      }
    },
  },
  {
    name: 'watches',
    what: 'CLOSE of folders with 512 CHANGE_NOTIFY that wait',
    async run(scene) {
      const { client, treeId } = await mounted(scene);
      for (let i = 0; i < 30; i++) await echo(client);
      for (let round = 0; round < 8 * scene.scale; round++) {
        const fileId = await open(client, treeId, `watched-${round}`, { createDisposition: 3, createOptions: 1 });
        const body = { flags: 0, outputBufferLength: 1024, fileId, completionFilter: 0x17 };
        const codecs = [changeNotifyRequest, changeNotifyResponse] as const;
        const waiting = Array.from({ length: 512 }, () =>
          client.request(Command.CHANGE_NOTIFY, ...codecs, body, { treeId }, [
            NtStatus.STATUS_NOTIFY_CLEANUP,
            NtStatus.STATUS_INSUFFICIENT_RESOURCES,
          ]),
        );
        await close(client, treeId, fileId);
        await Promise.all(waiting);
      }
    },
  },
];

async function mounted(scene: Scene): Promise<{ client: SmbClient; treeId: number }> {
  const client = await scene.logOn();
  return { client, treeId: await client.tree(scene.share) };
}

async function open(
  client: SmbClient,
  treeId: number,
  name: string,
  more: Parameters<typeof createBody>[1] = {},
): Promise<FileId> {
  const body = createBody(name, { createDisposition: 1, ...more });
  const reply = await client.request(Command.CREATE, createRequest, createResponse, body, { treeId });
  return reply.body!.fileId;
}

async function close(client: SmbClient, treeId: number, fileId: FileId): Promise<void> {
  await client.request(Command.CLOSE, closeRequest, closeResponse, { flags: 0, fileId }, { treeId });
}

async function echo(client: SmbClient): Promise<void> {
  await client.request(Command.ECHO, echoRequest, echoResponse, EMPTY_BODY);
}
