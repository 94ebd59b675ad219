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

for (const [name, shares, message] of [
  ['a slash', { 'a/b': 1 }, /share "a\/b": no share can have this name/],
  ['nothing', { '': 1 }, /share "": no share/],
  ['a control character', { 'a\n': 1 }, /no share can have this name/],
  ['IPC$', { IPC$: 1 }, /share "IPC\$": no share/],
  ['letter case', { A: 1, a: 1 }, /share "a": letter case alone tells it from "A"/],
] as const) {
  test(`serve takes no share whose name clients cannot use: ${name}`, async (t) => {
    const vfs = createMemoryVfs();
    const given = Object.fromEntries(Object.keys(shares).map((key) => [key, { vfs }]));
    await t.throwsAsync(serve({ shares: given }), { instanceOf: TypeError, message });
  });
}

test('serve takes no share without a vfs', async (t) => {
  for (const share of [{}, { vfs: undefined }, { vfs: {} }]) {
    await t.throwsAsync(serve({ shares: { a: share as never } }), {
      instanceOf: TypeError,
      message: /share "a": vfs is missing/,
    });
  }
});
