import { createMemoryVfs, serve } from '@tsmbd/server';
import { SmbClient } from '@tsmbd/tool-smb-client';
import test from 'ava';

test('a server inside a program: any free port, a memory share, gone with the block', async (t) => {
  let port: number;
  {
    await using server = await serve({
      shares: { notes: { vfs: createMemoryVfs() } },
      users: [{ name: 'ann', password: 'Correct-horse-7' }],
    });
    port = server.port;
    t.true(port > 0);
    t.is(server.host, '127.0.0.1');
    const client = await SmbClient.login('127.0.0.1', port, 'ann', 'Correct-horse-7');
    t.is(typeof (await client.tree('notes')), 'number');
    await t.throwsAsync(client.tree('others'));
    t.is(server.engine.connections.size, 1);
  }
  await t.throwsAsync(SmbClient.connect('127.0.0.1', port));
});

test('two servers in one program know nothing of each other', async (t) => {
  const users = [{ name: 'ann', password: 'x' }];
  await using one = await serve({ shares: { a: { vfs: createMemoryVfs() } }, users });
  await using two = await serve({ shares: { b: { vfs: createMemoryVfs() } }, users });
  t.not(one.engine.config.serverGuid, two.engine.config.serverGuid);
  const client = await SmbClient.login('127.0.0.1', two.port, 'ann', 'x');
  await t.throwsAsync(client.tree('a'));
  await t.notThrowsAsync(client.tree('b'));
  client.close();
});

test('a port that is taken rejects', async (t) => {
  await using one = await serve({ shares: {} });
  await t.throwsAsync(serve({ shares: {}, port: one.port }), { code: 'EADDRINUSE' });
});
