import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SmbClient } from '@tsmbd/tool-smb-client';
import { missingPeers, peersRequired } from '@tsmbd/tool-test';
import test from 'ava';
import { SyntheticTcp } from '../src/capture/synthetic-tcp.ts';
import { PASSWORD, TestDaemon, USER } from './helpers/daemon.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const withTshark = missingPeers(['tshark']).length === 0 || peersRequired() ? test.serial : test.serial.skip;

/** Columns of every packet. */
function tshark(file: string, ...fields: string[]): string[][] {
  const args = ['-r', file, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])];
  const text = execFileSync('tshark', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
}

async function talk(daemon: TestDaemon, seal: boolean): Promise<void> {
  const client = await SmbClient.login('127.0.0.1', daemon.port, USER, PASSWORD, { seal });
  await client.tree('files');
  client.close();
  await client.ended();
}

withTshark('one client, decrypted, in a pcapng of mode 0600 that tshark reads; --stop ends it', async (t) => {
  await using daemon = await TestDaemon.start();
  const out = join(daemon.folder, 'capture.pcapng');
  const words = [MAIN, 'capture', '--client', '127.0.0.1', '--out', out, '--state', daemon.state];
  const command = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(command.stdout, 'data');
  t.is(statSync(out).mode & 0o777, 0o600);

  const second = await daemon.control('capture', '--client', '127.0.0.1', '--out', `${out}2`);
  t.regex(second.stderr, /a capture runs already/);
  await talk(daemon, true);

  // Ctrl-C of the command ends the capture.
  let said = '';
  command.stdout.on('data', (text: Buffer) => {
    said += text.toString();
  });
  command.kill('SIGINT');
  await once(command, 'close');
  t.regex(said, /^8 messages, \d+ bytes in /);
  t.regex((await daemon.control('capture', '--stop')).stderr, /no capture runs/);

  const rows = tshark(
    out,
    'ip.src',
    'tcp.dstport',
    'smb2.cmd',
    'smb2.nt_status',
    'smb2.tree',
    'frame.comment',
    '_ws.malformed',
  );
  t.deepEqual(
    rows.map(([, , cmd]) => Number(cmd)),
    [0, 0, 1, 1, 1, 1, 3, 3],
  );
  t.true(rows.every(([source]) => source === '127.0.0.1'));
  t.is(rows[6]![1], '445');
  t.is(rows[6]![4], '\\\\127.0.0.1\\files');
  t.regex(rows[6]![5]!, /was encrypted/);
  t.is(rows[5]![5], '');
  t.true(rows.every((row) => (row[6] ?? '') === ''));
});

withTshark('another client is not captured, and nobody is when the capture has ended', async (t) => {
  await using daemon = await TestDaemon.start();
  const out = join(daemon.folder, 'other.pcapng');
  const start = async (client: string): Promise<ReturnType<typeof spawn>> => {
    const command = spawn(
      process.execPath,
      [MAIN, 'capture', '--client', client, '--out', out, '--state', daemon.state],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    await once(command.stdout!, 'data');
    return command;
  };
  const first = await start('192.0.2.1');
  await talk(daemon, false);
  const closed = once(first, 'close');
  const stopped = await daemon.control('capture', '--stop');
  t.regex(stopped.stdout, /^0 messages/);
  await closed;
  const size = statSync(out).size;
  await talk(daemon, false);
  t.is(statSync(out).size, size);
});

test.serial('a path that is a link, a folder that is not there and an address that is none are refused', async (t) => {
  await using daemon = await TestDaemon.start();
  const target = join(daemon.folder, 'target');
  const link = join(daemon.folder, 'link');
  writeFileSync(target, 'kept');
  symlinkSync(target, link);
  const start = (client: string, out: string) => daemon.control('capture', '--client', client, '--out', out);
  t.is((await start('127.0.0.1', link)).status, 1);
  t.is(readFileSync(target, 'utf8'), 'kept');
  t.is((await start('127.0.0.1', join(daemon.folder, 'nowhere', 'out'))).status, 1);
  execFileSync('mkfifo', [join(daemon.folder, 'pipe')]);
  t.is((await start('127.0.0.1', join(daemon.folder, 'pipe'))).status, 1);
  t.regex((await start('127.0.0.1', '/dev/null')).stderr, /is no file/);
  t.regex((await start('localhost', join(daemon.folder, 'out'))).stderr, /no IP address/);
  t.false(existsSync(join(daemon.folder, 'out')));
  t.regex((await daemon.control('capture', '--client', '127.0.0.1')).stderr, /needs --client and --out/);
});

test('a message becomes segments that fit into IP packets, with sequence numbers that go on [RFC 9293 3.1]', (t) => {
  const stream = new SyntheticTcp('::ffff:10.0.0.1', 50_000, '10.0.0.2');
  const [first, ...rest] = [...stream.packets(true, new Uint8Array(130_000))].map((parts) => Buffer.concat(parts));
  t.is(first!.toString('hex', 0, 4), '4500fe10');
  t.is(first!.readUInt32BE(24), 1);
  t.is(first!.readUInt32BE(40), 130_000);
  t.deepEqual(
    rest.map((packet) => [packet.readUInt32BE(24), packet.length - 40]),
    [
      [65_001, 65_000],
      [130_001, 4],
    ],
  );
  stream.skip(true, 100);
  const [after] = [...stream.packets(true, new Uint8Array(8))].map((parts) => Buffer.concat(parts));
  t.is(after!.readUInt32BE(24), 130_005 + 104);
  const [answer] = [...stream.packets(false, new Uint8Array(8))].map((parts) => Buffer.concat(parts));
  t.is(answer!.readUInt16BE(20), 445);
  t.is(answer!.readUInt32BE(28), 130_005 + 104 + 12);

  const v6 = new SyntheticTcp('fe80::1%eth0', 50_000, '2001:db8::a:b');
  const [packet] = [...v6.packets(true, new Uint8Array(8))].map((parts) => Buffer.concat(parts));
  t.is(packet!.toString('hex', 8, 40), 'fe800000000000000000000000000001' + '20010db80000000000000000000a000b');
});
