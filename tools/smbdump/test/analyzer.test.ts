import test from 'ava';
import { Analyzer, type AnalyzerOptions, lineOf, type Pdu } from '../src/index.ts';
import { ACK, concat, echo, FIN, ipv4, ipv6, pcap, SYN } from './build.ts';

function analyze(file: Uint8Array, options: AnalyzerOptions = {}): string[] {
  const lines: string[] = [];
  const analyzer: Analyzer = new Analyzer(
    {
      pdu: (pdu: Pdu) => lines.push(lineOf(pdu, analyzer.firstUs).trim().replace(/ +/g, ' ')),
      lost: (conversation, length, why) => lines.push(`#${conversation.index} lost ${length} ${why}`),
      closed: (conversation) => lines.push(`#${conversation.index} closed`),
    },
    options,
  );
  analyzer.push(file);
  analyzer.end();
  return lines;
}

const client = (sequence: number, data: Uint8Array, flags = ACK) => ({ fromClient: true, sequence, data, flags });
const server = (sequence: number, data: Uint8Array, flags = ACK) => ({ fromClient: false, sequence, data, flags });

const EXCHANGE = [client(100, echo(1)), server(500, echo(1, true))];
const EXPECTED = ['1 0.000000 #0 -> ECHO', '2 0.001000 #0 <- ECHO SUCCESS 1.00ms', '#0 closed'];

function ethernet(packet: Uint8Array, ...tags: number[]): Uint8Array {
  const type = packet[0]! >> 4 === 4 ? [0x08, 0x00] : [0x86, 0xdd];
  const vlans = tags.flatMap((tag) => [tag >> 8, tag & 255, 0, 7]);
  return concat([new Uint8Array([...new Array(12).fill(2), ...vlans, ...type]), packet, new Uint8Array(3)]);
}

const LINKS: readonly { name: string; linkType: number; wrap: (packet: Uint8Array) => Uint8Array }[] = [
  { name: 'Ethernet, padded', linkType: 1, wrap: (packet) => ethernet(packet) },
  { name: 'Ethernet with a VLAN tag', linkType: 1, wrap: (packet) => ethernet(packet, 0x8100) },
  { name: 'Ethernet with two VLAN tags', linkType: 1, wrap: (packet) => ethernet(packet, 0x88a8, 0x8100) },
  { name: 'raw IP', linkType: 101, wrap: (packet) => packet },
  {
    name: 'BSD null',
    linkType: 0,
    wrap: (packet) => concat([new Uint8Array([packet[0]! >> 4 === 4 ? 2 : 30, 0, 0, 0]), packet]),
  },
  { name: 'OpenBSD loopback', linkType: 108, wrap: (packet) => concat([new Uint8Array([0, 0, 0, 24]), packet]) },
  {
    name: 'Linux cooked v1',
    linkType: 113,
    wrap: (packet) => concat([new Uint8Array(14), ethernet(packet).subarray(12, 14), packet]),
  },
  {
    name: 'Linux cooked v2',
    linkType: 276,
    wrap: (packet) => concat([ethernet(packet).subarray(12, 14), new Uint8Array(18), packet]),
  },
];

for (const { name, linkType, wrap } of LINKS) {
  test(`${name}: IPv4 and IPv6 with an extension header`, (t) => {
    for (const ip of [ipv4, ipv6]) {
      t.deepEqual(
        analyze(
          pcap(
            EXCHANGE.map((fields) => wrap(ip(fields))),
            { linkType },
          ),
        ),
        EXPECTED,
      );
    }
  });
}

test('an IPv6 endpoint is shown as RFC 5952 says', (t) => {
  const seen: string[] = [];
  const analyzer = new Analyzer({ pdu: ({ conversation }) => seen.push(conversation.client, conversation.server) });
  analyzer.push(pcap([ipv6(EXCHANGE[0]!)]));
  analyzer.end();
  t.deepEqual(seen, ['[fe80::1]:50000', '[fe80::2]:445']);
});

test('segments in any order, and sent twice, give the same PDUs', (t) => {
  const stream = concat([echo(1), echo(2), echo(3)]);
  const packets = [
    ipv4({ fromClient: true, sequence: 99, flags: SYN }),
    ...[0, 50, 100, 150, 200].map((at) => ipv4(client(100 + at, stream.subarray(at, at + 50)))),
  ];
  for (let i = 1; i < packets.length; i++) {
    const shuffled = [packets[0]!, ...packets.slice(i), ...packets.slice(1, i), packets[i]!];
    t.is(analyze(pcap(shuffled)).filter((line) => line.includes('ECHO')).length, 3, `from ${i}`);
  }
});

test('the same ports used again are another conversation; what is sent once more after a FIN is none', (t) => {
  const file = pcap([
    ipv4({ fromClient: true, sequence: 99, flags: SYN }),
    ipv4(client(100, echo(1))),
    ipv4({ fromClient: true, sequence: 172, flags: FIN | ACK }),
    ipv4({ fromClient: false, sequence: 500, flags: FIN | ACK }),
    ipv4(client(100, echo(1))),
    ipv4({ fromClient: true, sequence: 7999, flags: SYN }),
    ipv4(client(8000, echo(1))),
  ]);
  t.deepEqual(analyze(file), ['2 0.001000 #0 -> ECHO', '#0 closed', '7 0.006000 #1 -> ECHO', '#1 closed']);
});

test('a capture that begins within a message, and misses segments, goes on with the next message', (t) => {
  const stream = concat([1, 2, 3, 4, 5, 6].map((id) => echo(id)));
  const part = (from: number, to: number) => ipv4(client(1000 + from, stream.subarray(from, to)));
  const lines = analyze(pcap([part(30, 150), part(230, 300), part(300, 432)]));
  t.deepEqual(lines, [
    '1 0.000000 #0 -> ECHO',
    '#0 lost 2 gap',
    '#0 lost 80 gap',
    '#0 lost 58 no SMB',
    '3 0.002000 #0 -> ECHO',
    '3 0.002000 #0 -> ECHO',
    '#0 closed',
  ]);
});

test('at an unknown port SMB is recognised, and other traffic is passed over', (t) => {
  const ports: [number, number] = [50_000, 4450];
  t.deepEqual(analyze(pcap(EXCHANGE.map((fields) => ipv4(fields, ports)))), EXPECTED);
  const web = new TextEncoder().encode('GET / HTTP/1.1\r\n\r\n'.repeat(50));
  const packets = Array.from({ length: 200 }, (_, i) => ipv4(client(1 + i * web.length, web), [50_000, 80]));
  t.deepEqual(analyze(pcap(packets), { limits: { maxWithoutSmb: 10_000 } }), []);
});

test('a packet cut by the snapshot length costs its message, not the next', (t) => {
  const packets = [
    ipv4(client(100, echo(1))),
    { bytes: ipv4(client(172, echo(2))), cut: 2 },
    ipv4(client(244, echo(3))),
  ];
  t.deepEqual(analyze(pcap(packets)), [
    '1 0.000000 #0 -> ECHO',
    '2 0.001000 #0 -> ECHO (2 bytes are missing)',
    '3 0.002000 #0 -> ECHO',
    '#0 closed',
  ]);
});

test('many connections that never end take bounded memory', (t) => {
  let closed = 0;
  const analyzer = new Analyzer(
    { pdu: () => undefined, closed: () => closed++ },
    { limits: { maxConnections: 100, maxBuffered: 100_000 } },
  );
  const half = echo(1).subarray(0, 60);
  const packets = Array.from({ length: 2000 }, (_, i) => ipv4(client(100, concat([echo(1), half])), [1024 + i, 445]));
  analyzer.push(pcap(packets));
  t.true(closed >= 1900);
  analyzer.end();
  t.is(closed, 2000);
});
