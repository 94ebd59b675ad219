import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { CreateContextName, encodeMessage, makeHeader } from '@tsmbd/smb2-codec';
import test from 'ava';
import { Analyzer, jsonOf, lineOf } from '../src/index.ts';
import { concat, ipv4, pcap } from './build.ts';

interface Shown {
  readonly frame: number;
  readonly line: string;
  // biome-ignore lint/suspicious/noExplicitAny: JSON as its readers have it.
  readonly json: any;
}

function shown(file: Uint8Array): Shown[] {
  const pdus: Shown[] = [];
  const analyzer: Analyzer = new Analyzer({
    pdu: (pdu) =>
      pdus.push({
        frame: pdu.frame,
        line: lineOf(pdu, analyzer.firstUs).trim().replace(/ +/g, ' '),
        json: JSON.parse(JSON.stringify(jsonOf(pdu))),
      }),
  });
  analyzer.push(file);
  analyzer.end();
  return pdus;
}

function fixture(name: string): Shown[] {
  return shown(gunzipSync(readFileSync(fileURLToPath(new URL(`fixtures/${name}.pcap.gz`, import.meta.url)))));
}

test('Finder information in listings of a connection with READDIRATTR is no short name: smbd with vfs_fruit', (t) => {
  const answer = fixture('smbd-aapl').find(({ line }) => line.includes('<- QUERY_DIRECTORY'));
  t.is(answer?.json.malformed, undefined);
  t.is(answer?.json.body.buffer.structure, 'FileIdBothDirectoryInformation (AAPL)');
  const entries = answer?.json.body.buffer.value;
  t.deepEqual(
    entries.map((entry: { fileName: string }) => entry.fileName),
    ['.', '..', 'small.txt', 'folder'],
  );
  t.like(entries[2], {
    maxAccess: 0x001f_01ff,
    resourceForkLength: '1234',
    finderInfo: { type: 'TEXT', creator: 'ttxt', flags: 0x040c, extendedFlags: 0, dateAdded: 0x329b_5c41 },
    unixMode: 0o100644,
  });
});

test('a RESOLVE_ID is no server query: a request that smbd refused, and an answer by its layout', (t) => {
  const request = fixture('smbd-aapl').findLast(({ line }) => line.includes('-> CREATE'));
  t.deepEqual(request?.json.body.createContexts[0].data, {
    structure: 'AAPL Request',
    value: { kind: 'resolve-id', fileId: String(0x1122_3344) },
  });
  const context = {
    name: CreateContextName.AAPL,
    data: Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0x34, 0, 0, 0xc0, 4, 0, 0, 0, 0x61, 0, 0x62, 0, 0, 0, 0, 0),
  };
  const message = encodeMessage([
    {
      header: makeHeader({ command: 5, flags: 1, messageId: 9n }),
      body: {
        kind: 'response',
        command: 'CREATE',
        value: {
          oplockLevel: 0,
          flags: 0,
          createAction: 1,
          creationTime: 0n,
          lastAccessTime: 0n,
          lastWriteTime: 0n,
          changeTime: 0n,
          allocationSize: 0n,
          endOfFile: 0n,
          fileAttributes: 16,
          fileId: { persistent: 1n, volatile: 2n },
          createContexts: [context],
        },
      },
    },
  ]);
  const data = concat([new Uint8Array([0, 0, message.length >> 8, message.length & 255]), message]);
  const [answer] = shown(pcap([ipv4({ fromClient: false, sequence: 1, data })]));
  t.deepEqual(answer?.json.body.createContexts[0].data, {
    structure: 'AAPL Response',
    value: { kind: 'resolve-id', status: 0xc000_0034, path: 'ab' },
  });
});

for (const [name, extended] of [
  ['smbd-nt1-extended', true],
  ['smbd-nt1-plain', false],
] as const) {
  test(`SMB1 messages are not shown as malformed: ${name}`, (t) => {
    const [request, answer, ...others] = fixture(name);
    t.regex(request!.line, /#0 -> SMB1_NEGOTIATE "NT LANMAN 1.0","NT LM 0.12"$/);
    t.regex(answer!.line, /#0 <- SMB1_NEGOTIATE \d+\.\d\dms dialect 0 of those offered/);
    t.is(answer!.json.malformed, undefined);
    t.is(answer!.json.body.ntLm.maxBufferSize, 16_644);
    if (extended) t.is(answer!.json.body.ntLm.extended.serverGuid, '64626d73-0000-0000-0000-000000000000');
    else t.like(answer!.json.body.ntLm.plain, { domainName: 'WORKGROUP', serverName: 'SMBD' });
    t.true(others.length >= 2);
    for (const { line, json } of others) {
      t.regex(line, /SMB1_[A-Z0-9_]+ SMB1, not decoded$/);
      t.is(json.malformed, undefined);
    }
  });
}
