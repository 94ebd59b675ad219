import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { FIXTURES } from '@tsmbd/tool-fixtures';
import test from 'ava';
import { Analyzer, lineOf } from '../src/index.ts';
import { concat, echo, ipv4, pcap, SYN } from './build.ts';

interface Seen {
  readonly frame: number;
  readonly latencyUs: number | undefined;
  readonly requestFrame: number | undefined;
}

/**
 * What a capture shows: by direction, MessageId, command and place in the compound. Torn messages
 * are left out.
 */
function pdusOf(file: Uint8Array): Map<string, Seen> {
  const seen = new Map<string, Seen>();
  const analyzer = new Analyzer({
    pdu: ({ fromClient, header, element, frame, timeUs, latencyUs, request, isInterim, problem }) => {
      if (problem !== undefined || header === undefined) return;
      const key = [fromClient, header.messageId, header.command, element, isInterim, timeUs].join(' ');
      seen.set(key, { frame, latencyUs, requestFrame: fromClient ? undefined : request?.frame });
    },
  });
  analyzer.push(file);
  analyzer.end();
  return seen;
}

/** Where the records of a little-endian pcap are. */
function recordsOf(file: Uint8Array): { readonly at: number; readonly length: number }[] {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const records: { at: number; length: number }[] = [];
  for (let at = 24; at < file.length; ) {
    const length = 16 + view.getUint32(at + 8, true);
    records.push({ at, length });
    at += length;
  }
  return records;
}

/** The capture with nothing of one packet captured, so that the others keep their numbers. */
function without(file: Uint8Array, record: { readonly at: number; readonly length: number }): Uint8Array {
  const head = file.slice(record.at, record.at + 16);
  new DataView(head.buffer).setUint32(8, 0, true);
  return concat([file.subarray(0, record.at), head, file.subarray(record.at + record.length)]);
}

for (const name of ['smbd-smbclient-311-unsigned', 'tsmbd-own-notify', 'smbd-smbtorture-lock-async']) {
  test(`a packet that is lost changes the frame, time and latency of no other packet's PDUs: ${name}`, (t) => {
    const file = new Uint8Array(gunzipSync(readFileSync(`${FIXTURES}${name}.pcap.gz`)));
    const whole = pdusOf(file);
    t.true(whole.size > 20);
    recordsOf(file).forEach((record, i) => {
      const lost = i + 1;
      const left = pdusOf(without(file, record));
      for (const [key, { frame, latencyUs, requestFrame }] of left) {
        const before = whole.get(key);
        t.is(before?.frame, frame, `packet ${lost} lost: frame and time of ${key}`);
        if (requestFrame !== undefined) t.is(latencyUs, before?.latencyUs, `packet ${lost} lost: latency of ${key}`);
        else if (before?.requestFrame !== undefined) {
          t.false(left.has(key) && isThere(left, before.requestFrame), `packet ${lost} lost: request of ${key}`);
        }
      }
      // What is missing are the messages that the packet was a part of.
      t.true(left.size >= whole.size - 8, `packet ${lost} lost: ${whole.size - left.size} PDUs are gone`);
    });
  });
}

function isThere(pdus: ReadonlyMap<string, Seen>, frame: number): boolean {
  return [...pdus.values()].some((pdu) => pdu.frame === frame);
}

const linesOf = (packets: readonly Uint8Array[]): string[] => {
  const lines: string[] = [];
  const analyzer: Analyzer = new Analyzer({
    pdu: (pdu) => lines.push(lineOf(pdu, analyzer.firstUs).trim().replace(/ +/g, ' ')),
    lost: (_, length, why) => lines.push(`lost ${length} ${why}`),
  });
  analyzer.push(pcap(packets));
  analyzer.end();
  return lines;
};

test('while a request is missing the answers to those behind it do not overtake them', (t) => {
  const ask = (id: number) =>
    ipv4({ fromClient: true, sequence: 28 + 72 * id, data: echo(id), acknowledged: 428 + 72 * id });
  const answer = (id: number) =>
    ipv4({ fromClient: false, sequence: 428 + 72 * id, data: echo(id, true), acknowledged: 100 + 72 * id });
  const exchanges = Array.from({ length: 40 }, (_, i) => [ask(i + 1), answer(i + 1)]).flat();
  const begin = [
    ipv4({ fromClient: true, sequence: 99, flags: SYN }),
    ipv4({ fromClient: false, sequence: 499, flags: SYN | 0x10, acknowledged: 100 }),
  ];
  const packets = [...begin, ...exchanges];
  const whole = linesOf(packets);
  t.is(whole.length, 80);
  // The second request is not in the capture.
  const lines = linesOf(packets.map((packet, i) => (i === 4 ? new Uint8Array(0) : packet)));
  t.deepEqual(
    lines.filter((line) => !line.startsWith('lost')).sort(),
    whole
      .filter((_, i) => i !== 2)
      .map((line) => (line.startsWith('6 ') ? '6 0.005000 #0 <- ECHO SUCCESS' : line))
      .sort(),
  );
});

test('a message that lies in several packets has the frame of the latest of them, whatever their order', (t) => {
  const stream = concat([echo(1), echo(2), echo(3)]);
  const part = (from: number, to: number) =>
    ipv4({ fromClient: true, sequence: 100 + from, data: stream.subarray(from, to) });
  const begin = ipv4({ fromClient: true, sequence: 99, flags: SYN });
  t.deepEqual(linesOf([begin, part(0, 20), part(144, 216), part(100, 144), part(20, 100)]), [
    '5 0.004000 #0 -> ECHO',
    '5 0.004000 #0 -> ECHO',
    '3 0.002000 #0 -> ECHO',
  ]);
});
