import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { FIXTURES } from '@tsmbd/tool-fixtures';
import { missingPeers, peersRequired } from '@tsmbd/tool-test';
import test from 'ava';
import { echo } from './build.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function smbdump(args: readonly string[], input?: Uint8Array): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => undefined).end(input ?? '');
  return ended(child);
}

function ended(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, stdout, stderr })));
}

const sealed = `${FIXTURES}smbd-own-sealed-256.pcap.gz`;
const index = `${FIXTURES}index.json`;

test('lines, JSON, fields and statistics of a capture', async (t) => {
  const lines = await smbdump(['--keys', index, sealed]);
  t.is(lines.status, 0);
  t.regex(lines.stdout, /#0 {2}<- CREATE {10}\{E\} SUCCESS \d+us "folder\\new.txt" created 0 bytes\n/);

  const json = await smbdump(['--keys', index, '--json', '--command', 'create', sealed]);
  const [request, response] = json.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.like(request, { frame: 14, direction: 'request', command: 'CREATE', encrypted: true, share: '\\\\127.0.0.1\\t0' });
  t.like(request.body, { name: 'folder', createDisposition: 3 });
  t.like(response, { status: 'STATUS_SUCCESS', requestFrame: 14, file: 'folder', user: 'root' });
  t.is(response.body.createContexts[0].data.structure, 'CREATE_QUERY_MAXIMAL_ACCESS_RESPONSE');

  const fields = await smbdump(['--keys', index, '--fields', '--command', 'create', sealed]);
  t.regex(fields.stdout, / {2}0064 {5}4 CREATE Request\.CreateDisposition +3 \[MS-SMB2\] 2\.2\.13\n/);

  const stats = JSON.parse((await smbdump(['--keys', index, '--stats', '--json', sealed])).stdout);
  t.is(stats.commands.LOCK.errors, 1);
  t.is(stats.commands.LOCK.statuses.STATUS_LOCK_NOT_GRANTED, 1);
  t.true(stats.clients['127.0.0.1'].requests > 10);
  t.true('\\\\127.0.0.1\\t0\\small.txt' in stats.files);
});

test('filters by file, client and status', async (t) => {
  const count = async (...args: string[]) =>
    (await smbdump(['--keys', index, ...args, sealed])).stdout.split('\n').filter((line) => line !== '').length;
  const all = await count();
  const locked = await count('--status', 'lock_not_granted');
  t.is(locked, 1);
  t.is(await count('--status', '0xc0000055'), 1);
  t.is(await count('--client', '127.0.0.1'), all);
  t.is(await count('--client', '127.0.0.2'), 0);
  const small = await count('--file', 'small*');
  t.true(small > 4 && small < all);
  t.is(await count('--file', 'SMALL'), small);
  t.true((await count('--status', 'error')) < (await count('--status', 'ok')));
});

test('a command that does not exist is an error, and a filter that nothing passes says so', async (t) => {
  const wrong = await smbdump(['--command', 'crate', sealed]);
  t.deepEqual(wrong, {
    status: 1,
    stdout: '',
    stderr: 'smbdump: no command is called "crate"; did you mean CREATE?\n',
  });
  const nobody = await smbdump(['--client', '192.0.2.1', sealed]);
  t.is(nobody.status, 0);
  t.is(nobody.stdout, '');
  t.regex(nobody.stderr, /^smbdump: none of \d+ PDUs is what was asked for\n$/);
});

test('standard input, passwords, session keys', async (t) => {
  const zipped = await smbdump(['--password', 'Passw0rd1', '-'], readFileSync(sealed));
  const plain = await smbdump(['--password', 'Passw0rd1', '-'], gunzipSync(readFileSync(sealed)));
  t.is(zipped.stdout, plain.stdout);
  t.is(plain.stdout, (await smbdump(['--keys', index, sealed])).stdout);
  const entry = JSON.parse(readFileSync(index, 'utf8')).find((one: { file: string }) => sealed.endsWith(one.file));
  const byKey = await smbdump([
    '--session-key',
    `${entry.sessions[0].sessionId}:${entry.sessions[0].sessionKey}`,
    sealed,
  ]);
  t.is(byKey.stdout, plain.stdout);
});

test('what cannot be read is an error with words', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'smbdump-test-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'text'), 'This is no capture at all, but text.');
  writeFileSync(join(folder, 'cut.gz'), readFileSync(sealed).subarray(0, 500));
  for (const [args, words] of [
    [[join(folder, 'nothing')], /ENOENT/],
    [[join(folder, 'text')], /no pcap and no pcapng/],
    [[join(folder, 'cut.gz')], /unexpected end of file/],
    [['--nt-hash', 'abc', sealed], /hex digits/],
    [['--session-key', 'xyz', sealed], /hex digits/],
    [[], /Usage/],
  ] as const) {
    const { status, stderr } = await smbdump(args);
    t.is(status, 1, args.join(' '));
    t.regex(stderr, words);
    t.notRegex(stderr, /at .*\.ts:/);
  }
});

/** Root may capture. */
const canCapture = process.getuid?.() === 0 && (missingPeers(['tcpdump']).length === 0 || peersRequired());

(canCapture ? test : test.skip)('--live shows what passes a port, until it is interrupted', async (t) => {
  const server = createServer((socket) => {
    socket.on('data', () => socket.end(echo(1, true)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const { port } = server.address() as { port: number };
  const child = spawn(process.execPath, [MAIN, '--live', String(port), '--interface', 'lo'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const end = ended(child);
  await new Promise<void>((resolve) => {
    child.stderr.on('data', (text: string) => {
      if (String(text).includes('listening on')) resolve();
    });
  });
  const shown = new Promise<void>((resolve) => {
    child.stdout.on('data', (text: string) => {
      if (String(text).includes('<- ECHO')) resolve();
    });
  });
  const socket = connect(port, '127.0.0.1');
  socket.write(echo(1));
  await shown;
  socket.destroy();
  child.kill('SIGINT');
  const { status, stdout } = await end;
  t.is(status, 0);
  t.regex(stdout, /#0 {2}-> ECHO.*\n.*#0 {2}<- ECHO +SUCCESS/);
});
