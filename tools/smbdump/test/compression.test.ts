import { compressMessage } from '@tsmbd/smb-compression';
import { CompressionAlgorithmId, encodeMessage, makeHeader } from '@tsmbd/smb2-codec';
import test from 'ava';
import { Analyzer, lineOf } from '../src/index.ts';
import { concat, ipv4, pcap } from './build.ts';

function linesOf(message: Uint8Array): string[] {
  const data = concat([
    new Uint8Array([0, message.length >> 16, (message.length >> 8) & 255, message.length & 255]),
    message,
  ]);
  const lines: string[] = [];
  const analyzer: Analyzer = new Analyzer({
    pdu: (pdu) => lines.push(lineOf(pdu, analyzer.firstUs).trim().replace(/ +/g, ' ')),
  });
  analyzer.push(pcap([ipv4({ fromClient: false, sequence: 1, data })]));
  analyzer.end();
  return lines;
}

const response = encodeMessage([
  {
    header: makeHeader({ command: 8, flags: 1, messageId: 9n, sessionId: 7n }),
    body: {
      kind: 'response',
      command: 'READ',
      value: { dataRemaining: 0, flags: 0, data: new Uint8Array(4000).fill(97) },
    },
  },
]);

for (const [name, id] of Object.entries(CompressionAlgorithmId)) {
  if (id === CompressionAlgorithmId.NONE) continue;
  test(`a message compressed with ${name} is read [MS-SMB2 2.2.42]`, (t) => {
    for (const chained of [true, false]) {
      const algorithms = id === CompressionAlgorithmId.PATTERN_V1 ? [id, CompressionAlgorithmId.LZ77] : [id];
      const compressed = compressMessage(response, { algorithms, chained, uncompressed: 80 });
      if (compressed === undefined) continue;
      t.deepEqual(linesOf(compressed), ['1 0.000000 #0 <- READ {C} SUCCESS 4000 read']);
    }
  });
}

test('a compressed message that is broken, or claims to be huge, stays closed and says why', (t) => {
  const good = compressMessage(response, {
    algorithms: [CompressionAlgorithmId.LZ77],
    chained: false,
    uncompressed: 80,
  })!;
  const huge = good.slice();
  huge.set([0xff, 0xff, 0xff, 0x7f], 4);
  for (const bad of [huge, good.subarray(0, good.length - 3), good.subarray(0, 12)]) {
    const [line = ''] = linesOf(bad.length < 32 ? concat([bad, new Uint8Array(32)]) : bad);
    t.regex(line, /COMPRESSED \{C\} \d+ bytes \(.+\)$/);
  }
});
