import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { CreateContextName, encodeMessage, makeHeader } from '@tsmbd/smb2-codec';
import { FIXTURES } from '@tsmbd/tool-fixtures';
import { missingPeers, peersRequired } from '@tsmbd/tool-test';
import test from 'ava';
import { Comparison, compare } from '../src/compare/compare.ts';
import { compareStatuses } from '../src/compare/statuses.ts';
import { subjects } from '../src/compare/subjects.ts';
import { KeyRing } from '../src/index.ts';
import { concat, ipv4, pcap } from './build.ts';

const run = missingPeers(['tshark']).length === 0 || peersRequired() ? test : test.skip;

/**
 * Few and small, but with every command, sealed and signed sessions, compounds and many information
 * classes.
 */
const SUBSET =
  /(smbd-own-|smbd-rpcclient-srvsvc|smbd-smbclient-(311-aes-256-gcm|300-sealed|security|wrong-password|smb1)|smbd-smbtorture-(acls|create-blob|compound-related1|durable-v2|getinfo-(complex|fsinfo)|ioctl-copy|lease-break|lock-cancel|notify-dir|oplock-batch2|rename|streams)|tsmbd-own)/;

const folder = mkdtempSync(join(tmpdir(), 'smbdump-compare-'));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));

async function differences(file: string): Promise<object> {
  const result = new Comparison();
  await compare({ file, keys: new KeyRing() }, result);
  return { pdus: result.pdus, unexplained: Object.fromEntries(result.unexplained) };
}

run('tshark reads the same fields with the same values, or it is known why not', async (t) => {
  t.timeout(120_000);
  const result = new Comparison();
  const chosen = subjects(SUBSET);
  t.true(chosen.length >= 20);
  for (const subject of chosen) await compare(subject, result);
  t.deepEqual(Object.fromEntries(result.unexplained), {});
  t.true(result.pdus > 1500, `${result.pdus} PDUs`);
  t.true(result.agreed > 80_000, `${result.agreed} fields`);
});

run("names of NTSTATUS are tshark's", async (t) => {
  const { unexplained, agreed } = await compareStatuses();
  t.deepEqual(unexplained, []);
  t.true(agreed > 300);
});

run('where a packet was lost, the others have the frames and latencies that tshark gives them', async (t) => {
  const file = new Uint8Array(gunzipSync(readFileSync(`${FIXTURES}smbd-smbclient-311-unsigned.pcap.gz`)));
  const view = new DataView(file.buffer);
  let at = 24;
  for (let packet = 1; packet < 21; packet++) at += 16 + view.getUint32(at + 8, true);
  const lost = join(folder, 'lost.pcap');
  writeFileSync(lost, concat([file.subarray(0, at), file.subarray(at + 16 + view.getUint32(at + 8, true))]));
  t.deepEqual(await differences(lost), { pdus: 183, unexplained: {} });
});

run("Apple's RESOLVE_ID is read as tshark reads it, request and response", async (t) => {
  const command = Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0);
  const contexts = (data: readonly number[]) => [
    { name: CreateContextName.AAPL, data: concat([command, new Uint8Array(data)]) },
  ];
  const packet = (fromClient: boolean, message: Uint8Array): Uint8Array =>
    ipv4({
      fromClient,
      sequence: 1,
      data: concat([new Uint8Array([0, 0, message.length >> 8, message.length & 255]), message]),
    });
  const request = encodeMessage([
    {
      header: makeHeader({ command: 5, messageId: 9n }),
      body: {
        kind: 'request',
        command: 'CREATE',
        value: {
          requestedOplockLevel: 0,
          impersonationLevel: 2,
          smbCreateFlags: 0n,
          desiredAccess: 0x80,
          fileAttributes: 0,
          shareAccess: 7,
          createDisposition: 1,
          createOptions: 0,
          name: '',
          createContexts: contexts([0x44, 0x33, 0x22, 0x11, 0, 0, 0, 0]),
        },
      },
    },
  ]);
  const time = 0x01dd_7dea_4233_08cbn;
  const answer = encodeMessage([
    {
      header: makeHeader({ command: 5, flags: 1, messageId: 9n }),
      body: {
        kind: 'response',
        command: 'CREATE',
        value: {
          oplockLevel: 0,
          flags: 0,
          createAction: 1,
          creationTime: time,
          lastAccessTime: time,
          lastWriteTime: time,
          changeTime: time,
          allocationSize: 0n,
          endOfFile: 0n,
          fileAttributes: 16,
          fileId: { persistent: 1n, volatile: 2n },
          createContexts: contexts([0, 0, 0, 0, 6, 0, 0, 0, 0x61, 0, 0x5c, 0, 0x62, 0, 0, 0]),
        },
      },
    },
  ]);
  const file = join(folder, 'resolve-id.pcap');
  writeFileSync(file, pcap([packet(true, request), packet(false, answer)]));
  t.deepEqual(await differences(file), { pdus: 2, unexplained: {} });
});

run('`compare FILE…` tells of each file how it compares, and in words why it cannot be', (t) => {
  const command = fileURLToPath(new URL('../compare', import.meta.url));
  const apple = fileURLToPath(new URL('fixtures/smbd-aapl.pcap.gz', import.meta.url));
  const good = spawnSync(command, [apple], { encoding: 'utf8' });
  t.is(good.status, 0, good.stderr);
  t.regex(
    good.stdout,
    /smbd-aapl\.pcap\.gz: 16 PDUs, \d+ fields of \d+ names: \d+ agree; .*, no difference is unexplained\n/,
  );
  t.regex(good.stdout, /explained \(we right\): smb2\.ea_size, .*READDIRATTR/);
  const text = join(folder, 'text');
  writeFileSync(text, 'This is no capture at all, but text.');
  const bad = spawnSync(command, [join(folder, 'nothing'), text, apple], { encoding: 'utf8' });
  t.is(bad.status, 2);
  t.regex(bad.stderr, /compare: .*nothing: there is no such file\ncompare: .*text: .* no pcap and no pcapng\n$/);
  t.regex(bad.stdout, /smbd-aapl\.pcap\.gz: 16 PDUs/);
});
