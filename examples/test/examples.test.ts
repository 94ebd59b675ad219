import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Command, createRequest, createResponse, readRequest, readResponse } from '@tsmbd/smb2-codec';
import { createBody, readBody, SmbClient, SmbError } from '@tsmbd/tool-smb-client';
import test, { type ExecutionContext } from 'ava';

/** A running example: what it has printed so far, and the port in that. */
interface Example {
  readonly port: number;
  printed(): string;
}

/** Starts an example, and ends it with the test. Resolves when it says where it listens. */
async function start(t: ExecutionContext, name: string): Promise<Example> {
  const child = spawn(process.execPath, [fileURLToPath(new URL(`../${name}`, import.meta.url)), '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  t.teardown(async () => {
    child.kill('SIGINT');
    if ((await ended) !== 0) throw new Error(`${name} does not end with Ctrl-C`);
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const found = / -p (\d+)/.exec(output);
      if (found !== null) resolve(Number(found[1]));
    });
    void ended.then(() => reject(new Error(`${name} ended: ${output}`)));
  });
  return { port, printed: () => output };
}

/** Opens, or makes, a file and reads its text. */
async function textOf(client: SmbClient, treeId: number, name: string, desiredAccess: number): Promise<string> {
  const body = createBody(name, { createDisposition: desiredAccess === READ ? 1 : 3, desiredAccess });
  const { fileId } = (await client.request(Command.CREATE, createRequest, createResponse, body, { treeId })).body!;
  const read = readBody(fileId, 0, 4096);
  return Buffer.from(
    (await client.request(Command.READ, readRequest, readResponse, read, { treeId })).body!.data,
  ).toString();
}

const READ = 0x0012_0089;

test('memory-share: ann writes, ben reads', async (t) => {
  const { port, printed } = await start(t, 'memory-share.ts');
  const ben = await SmbClient.login('127.0.0.1', port, 'ben', 'Battery-staple-8');
  const tree = await ben.tree('scratch');
  const refused = await t.throwsAsync(
    ben.request(Command.CREATE, createRequest, createResponse, createBody('f'), { treeId: tree }),
  );
  t.true(refused instanceof SmbError);
  t.is(await textOf(ben, tree, 'docs\\welcome.txt', READ), 'Hello.\n');
  t.regex(printed(), /ben may not open f: /);
  t.regex(printed(), /ben opens docs\/welcome.txt/);
  const ann = await SmbClient.login('127.0.0.1', port, 'ann', 'Correct-horse-7');
  const made = ann.request(Command.CREATE, createRequest, createResponse, createBody('f'), {
    treeId: await ann.tree('scratch'),
  });
  await t.notThrowsAsync(made);
  ann.close();
  ben.close();
});

test('computed-files: a file has what is so when it is opened, in any letter case', async (t) => {
  const { port } = await start(t, 'computed-files.ts');
  const client = await SmbClient.login('127.0.0.1', port, 'ann', 'Correct-horse-7');
  const treeId = await client.tree('machine');
  t.regex(await textOf(client, treeId, 'uptime.txt', READ), /^\d+ s\n$/);
  t.regex(await textOf(client, treeId, 'LOAD.TXT', READ), /^[\d.]+ [\d.]+ [\d.]+\n$/);
  t.true('rss' in JSON.parse(await textOf(client, treeId, 'memory.json', READ)));
  await t.throwsAsync(textOf(client, treeId, 'other.txt', READ), { message: /STATUS_OBJECT_NAME_NOT_FOUND/ });
  client.close();
});

test('own-accounts: groups decide, a disabled account stays out, and the log says so', async (t) => {
  const { port, printed } = await start(t, 'own-accounts.ts');
  const ann = await SmbClient.login('127.0.0.1', port, 'ANN', 'Correct-horse-7');
  await t.notThrowsAsync(ann.tree('staff'));
  const ben = await SmbClient.login('127.0.0.1', port, 'ben', 'Battery-staple-8');
  await t.notThrowsAsync(ben.tree('everybody'));
  await t.throwsAsync(ben.tree('staff'), { message: /STATUS_ACCESS_DENIED/ });
  await t.throwsAsync(SmbClient.login('127.0.0.1', port, 'eve', 'Open-sesame-9'), {
    message: /STATUS_ACCOUNT_DISABLED/,
  });
  t.regex(printed(), /"message":"logged on","user":"ann"/);
  ann.close();
  ben.close();
});

test('own-pipe: prints the sum', async (t) => {
  const child = spawn(process.execPath, [fileURLToPath(new URL('../own-pipe.ts', import.meta.url))]);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  t.is(await new Promise((resolve) => child.once('exit', resolve)), 0);
  t.is(output, '40 + 2 = 42\n');
});
