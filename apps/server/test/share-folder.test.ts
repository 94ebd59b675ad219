import { mkdirSync, readdirSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, createRequest, createResponse } from '@tsmbd/smb2-codec';
import { createBody, SmbClient } from '@tsmbd/tool-smb-client';
import { createPosixVfs } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { serve } from '../src/index.ts';
import { PASSWORD, TestDaemon, temporaryFolder, USER } from './helpers/daemon.ts';
import { statusOf } from './helpers/status.ts';

const open = (client: SmbClient, treeId: number, name: string): Promise<string> =>
  statusOf(() =>
    client.request(Command.CREATE, createRequest, createResponse, createBody(name, { createDisposition: 1 }), {
      treeId,
    }),
  );

/** Descriptors of a process that are of a folder, or of what is below it. */
function descriptorsOf(pid: number | 'self', folder: string): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/${pid}/fd/${fd}`);
      return path === folder || path.startsWith(`${folder}/`) ? [path] : [];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      return [];
    }
  });
}

test.serial(
  'a share without its folder does not keep the others from being served, and is there when the folder is',
  async (t) => {
    using folder = temporaryFolder();
    const late = join(folder.path, 'late');
    await using daemon = await TestDaemon.start('', `[late]\npath = ${late}\nread only = no`);
    t.regex(daemon.log, /a share has no folder.*"late"|"late".*a share has no folder/);
    t.regex(daemon.log, /there is no such file or folder/);
    const client = await SmbClient.login('127.0.0.1', daemon.port, USER, PASSWORD);
    t.is(await statusOf(() => client.tree('files')), 'STATUS_SUCCESS');
    t.is(await statusOf(() => client.tree('late')), 'STATUS_BAD_NETWORK_NAME');
    mkdirSync(late);
    writeFileSync(join(late, 'one'), '1');
    t.is(await open(client, await client.tree('late'), 'one'), 'STATUS_SUCCESS');

    // Made again, as by a mount: who connects now finds the new one, who was connected keeps the
    // old one.
    const before = await client.tree('late');
    renameSync(late, `${late}-old`);
    t.is(await statusOf(() => client.tree('late')), 'STATUS_BAD_NETWORK_NAME');
    mkdirSync(late);
    writeFileSync(join(late, 'two'), '2');
    t.is(await open(client, await client.tree('late'), 'two'), 'STATUS_SUCCESS');
    t.is(await open(client, before, 'one'), 'STATUS_SUCCESS');
    t.is(await open(client, before, 'two'), 'STATUS_OBJECT_NAME_NOT_FOUND');
    client.close();
  },
);

test.serial('a share that a reload removes does not keep its disk busy once its last client is gone', async (t) => {
  using folder = temporaryFolder();
  const disk = join(folder.path, 'disk');
  mkdirSync(disk);
  await using daemon = await TestDaemon.start('workers = 2', `[disk]\npath = ${disk}\nread only = no`);
  const pid = daemon.process.pid!;
  const client = await SmbClient.login('127.0.0.1', daemon.port, USER, PASSWORD);
  await client.tree('disk');
  for (let i = 0; i < 3; i++) t.is((await daemon.control('reload')).status, 0);
  t.true(descriptorsOf(pid, disk).length <= 3, 'one for the share of each worker, one for the tree of the old one');
  daemon.configure('workers = 2', '');
  t.is((await daemon.control('reload')).status, 0);
  t.is(descriptorsOf(pid, disk).length, 1);
  client.close();
  await client.ended();
  for (let i = 0; i < 100 && descriptorsOf(pid, disk).length > 0; i++)
    await new Promise((done) => setTimeout(done, 20));
  t.deepEqual(descriptorsOf(pid, disk), []);
});

test.serial('a server inside a program leaves no descriptor of its shares when it is closed', async (t) => {
  using folder = temporaryFolder();
  const shared = join(folder.path, 'shared');
  mkdirSync(shared);
  for (let i = 0; i < 3; i++) {
    await using server = await serve({
      shares: { shared: { vfs: createPosixVfs({ root: shared }) } },
      users: [{ name: USER, password: PASSWORD }],
    });
    const client = await SmbClient.login('127.0.0.1', server.port, USER, PASSWORD);
    await client.tree('shared');
    t.is(descriptorsOf('self', shared).length, 1);
    client.close();
    await server.close();
  }
  t.deepEqual(descriptorsOf('self', shared), []);
  rmSync(shared, { recursive: true });
});
