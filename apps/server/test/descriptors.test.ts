import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Command,
  CreateDisposition,
  commandCodecs,
  createRequest,
  createResponse,
  FileInformationClass,
  QueryDirectoryFlags,
} from '@tsmbd/smb2-codec';
import { SmbClient } from '@tsmbd/tool-smb-client';
import test from 'ava';
import { createPosixVfs, serve } from '../src/index.ts';

/** Descriptors of this process that lead to the folder. */
function descriptorsOf(folder: string): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      return false;
    }
  }).length;
}

// Found by tools/fuzz: queries that came before the first had its listing each opened the
// directory, and all but the last of these stayed open.
for (const ending of ['a LOGOFF right behind them', 'answers to all of them']) {
  test(`QUERY_DIRECTORY many at once leaves no descriptor open after ${ending} [MS-SMB2 3.3.5.18]`, async (t) => {
    const root = mkdtempSync(join(tmpdir(), 'tsmbd-descriptors-'));
    mkdirSync(join(root, 'listed'));
    const server = await serve({
      shares: { s: { vfs: createPosixVfs({ root }) } },
      users: [{ name: 'u1', password: 'Passw0rd1' }],
    });
    const before = descriptorsOf(join(root, 'listed'));
    const client = await SmbClient.login('127.0.0.1', server.port, 'u1', 'Passw0rd1');
    const treeId = await client.tree('s');
    const create = {
      requestedOplockLevel: 0,
      impersonationLevel: 2,
      smbCreateFlags: 0n,
      desiredAccess: 0x0012_0089,
      fileAttributes: 0,
      shareAccess: 7,
      createDisposition: CreateDisposition.OPEN,
      createOptions: 1,
      name: 'listed',
      createContexts: [],
    };
    const { body } = await client.request(Command.CREATE, createRequest, createResponse, create, { treeId });
    const query = {
      fileInformationClass: FileInformationClass.FileNamesInformation,
      fileIndex: 0,
      fileId: body!.fileId,
      outputBufferLength: 4096,
      searchPattern: '*',
    };
    const answers = Array.from({ length: 24 }, (_, i) => {
      const flags = i % 3 === 2 ? QueryDirectoryFlags.RESTART_SCANS : 0;
      const { request } = commandCodecs.QUERY_DIRECTORY;
      return client.send(client.encode(Command.QUERY_DIRECTORY, request, { ...query, flags }, { treeId }));
    });
    if (ending.startsWith('answers')) await Promise.all(answers);
    await client.send(client.encode(Command.LOGOFF, commandCodecs.LOGOFF.request, {}));
    client.close();
    await client.ended();
    await Promise.allSettled(answers);
    await server.close();
    t.is(descriptorsOf(join(root, 'listed')), before);
    rmSync(root, { recursive: true });
  });
}
