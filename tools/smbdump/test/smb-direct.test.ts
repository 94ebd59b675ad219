import test from 'ava';
import { Analyzer, lineOf } from '../src/index.ts';
import { ACK, concat, echo, ipv4, pcap, SYN } from './build.ts';

/** Numbers of two and four bytes, little-endian. */
function le(...fields: readonly (readonly [size: 2 | 4, value: number])[]): Uint8Array {
  return concat(fields.map(([size, value]) => Uint8Array.from({ length: size }, (_, i) => (value >>> (8 * i)) & 255)));
}

/** The messages of [MS-SMBD] 4.1, field by field. */
const REQUEST = le([2, 0x0100], [2, 0x0100], [2, 0], [2, 10], [4, 0x400], [4, 0x400], [4, 0x20000]);
const RESPONSE = le(
  [2, 0x0100],
  [2, 0x0100],
  [2, 0x0100],
  [2, 0],
  [2, 10],
  [2, 10],
  [4, 0],
  [4, 0x100000],
  [4, 0x400],
  [4, 0x400],
  [4, 0x20000],
);

/** A Data Transfer message, [MS-SMBD] 2.2.3. */
function transfer(data: Uint8Array, remaining = 0): Uint8Array {
  const head = le([2, 10], [2, 1], [2, 0], [2, 0], [4, remaining], [4, data.length === 0 ? 0 : 24], [4, data.length]);
  return data.length === 0 ? head : concat([head, new Uint8Array(4), data]);
}

/** Messages as the transport has them: without the four bytes of length. */
const ask = (id: number): Uint8Array => echo(id).subarray(4);
const answer = (id: number): Uint8Array => echo(id, true).subarray(4);

/** A RoCEv2 packet: IPv4, UDP, BTH, payload, pad, ICRC. */
function roce(fromClient: boolean, queue: number, psn: number, payload: Uint8Array, opcode = 0x04): Uint8Array {
  const pad = -payload.length & 3;
  const udpLength = 8 + 12 + payload.length + pad + 4;
  const packet = new Uint8Array(20 + udpLength);
  const view = new DataView(packet.buffer);
  packet.set([0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17]);
  view.setUint16(2, packet.length);
  packet.set([10, 0, 0, fromClient ? 1 : 2], 12);
  packet.set([10, 0, 0, fromClient ? 2 : 1], 16);
  view.setUint16(20, 49_152);
  view.setUint16(22, 4791);
  view.setUint16(24, udpLength);
  packet[28] = opcode;
  packet[29] = pad << 4;
  view.setUint32(32, queue);
  view.setUint32(36, psn);
  packet.set(payload, 40);
  return packet;
}

function linesOf(packets: readonly Uint8Array[]): string[] {
  const lines: string[] = [];
  const analyzer: Analyzer = new Analyzer({
    pdu: (pdu) => {
      const { transport, client, server } = pdu.conversation;
      if (lines.length === 0) lines.push(`${transport} ${client} ${server}`);
      lines.push(lineOf(pdu, analyzer.firstUs).trim().replace(/ +/g, ' '));
    },
    lost: (_, length, why) => lines.push(`lost ${length} ${why}`),
  });
  analyzer.push(pcap(packets));
  analyzer.end();
  return lines;
}

test('RoCEv2: the exchange of [MS-SMBD] 4.1, then a request and its response', (t) => {
  const lines = linesOf([
    roce(true, 0x11, 1, REQUEST),
    roce(false, 0x22, 100, RESPONSE),
    roce(true, 0x11, 2, transfer(ask(1))),
    // Sent again, an acknowledgement, and credits alone.
    roce(true, 0x11, 2, transfer(ask(1))),
    roce(false, 0x22, 100, new Uint8Array(4), 0x11),
    roce(false, 0x22, 101, transfer(new Uint8Array(0))),
    roce(false, 0x22, 102, transfer(answer(1))),
  ]);
  t.deepEqual(lines, [
    'roce 10.0.0.1:rdma 10.0.0.2:qp17',
    '3 0.002000 #0 -> ECHO',
    '7 0.006000 #0 <- ECHO SUCCESS 4.00ms',
  ]);
});

test('RoCEv2: a message in fragments, and a Send in packets [MS-SMBD 3.1.5.8]', (t) => {
  const [request, response] = [ask(1), answer(1)];
  const send = transfer(response);
  const lines = linesOf([
    roce(true, 0x11, 0xff_fffe, transfer(request.subarray(0, 30), 38)),
    roce(true, 0x11, 0xff_ffff, transfer(request.subarray(30, 60), 8)),
    roce(true, 0x11, 0, transfer(request.subarray(60))),
    roce(false, 0x22, 5, send.subarray(0, 40), 0x00),
    roce(false, 0x22, 6, send.subarray(40, 80), 0x01),
    roce(false, 0x22, 7, concat([new Uint8Array([1, 2, 3, 4]), send.subarray(80)]), 0x16),
  ]);
  t.deepEqual(lines.slice(1), ['3 0.002000 #0 -> ECHO', '6 0.005000 #0 <- ECHO SUCCESS 3.00ms']);
});

test('RoCEv2: what misses a fragment is lost, the next message is read', (t) => {
  const request = ask(1);
  const lines = linesOf([
    roce(true, 0x11, 1, REQUEST),
    roce(true, 0x11, 2, transfer(request.subarray(0, 30), 38)),
    roce(true, 0x11, 4, transfer(request.subarray(60))),
    roce(true, 0x11, 5, transfer(ask(2))),
    roce(true, 0x11, 6, le([2, 1], [2, 1], [2, 0], [2, 0], [4, 0xffff_ffff], [4, 24], [4, 0xffff_ffff])),
    roce(true, 0x11, 7, transfer(ask(3))),
  ]);
  t.is(lines.filter((line) => line.includes('ECHO')).length, 2);
  t.true(lines.includes('lost 30 gap'));
});

/** FPDUs of RFC 5044, each with one DDP segment of a Send. */
function fpdu(payload: Uint8Array, offset = 0, last = true): Uint8Array {
  const size = 18 + payload.length;
  const bytes = new Uint8Array(2 + size + (-(2 + size) & 3) + 4);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, size);
  bytes[2] = last ? 0x41 : 0x01;
  bytes[3] = 0x43;
  view.setUint32(16, offset);
  bytes.set(payload, 20);
  return bytes;
}

function startFrame(kind: 'Req' | 'Rep', markers: boolean): Uint8Array {
  const bytes = new Uint8Array(20 + 4);
  bytes.set(Buffer.from(`MPA ID ${kind} Frame`, 'latin1'));
  bytes[16] = markers ? 0x80 : 0;
  bytes[17] = 1;
  bytes[19] = 4;
  return bytes;
}

/** Four bytes at every 512th position. */
function marked(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (const byte of bytes) {
    if (out.length % 512 === 0) out.push(0, 0, 0, 0);
    out.push(byte);
  }
  return Uint8Array.from(out);
}

for (const markers of [false, true]) {
  test(`iWARP ${markers ? 'with' : 'without'} markers: the exchange of [MS-SMBD] 4.1, then many requests`, (t) => {
    const ids = Array.from({ length: 12 }, (_, i) => i + 1);
    const sends = concat([
      fpdu(REQUEST),
      ...ids.flatMap((id) => {
        const send = transfer(ask(id));
        return [fpdu(send.subarray(0, 50), 0, false), fpdu(send.subarray(50), 50)];
      }),
    ]);
    const answers = concat([fpdu(RESPONSE), ...ids.map((id) => fpdu(transfer(answer(id))))]);
    const client = concat([startFrame('Req', markers), markers ? marked(sends) : sends]);
    const server = concat([startFrame('Rep', markers), markers ? marked(answers) : answers]);
    const ports: [number, number] = [50_000, 5445];
    const packets = [ipv4({ fromClient: true, sequence: 0, flags: SYN }, ports)];
    packets.push(ipv4({ fromClient: true, sequence: 1, data: client.subarray(0, 24) }, ports));
    packets.push(ipv4({ fromClient: false, sequence: 1, data: server.subarray(0, 24) }, ports));
    for (let at = 24; at < client.length; at += 333) {
      packets.push(
        ipv4({ fromClient: true, sequence: 1 + at, data: client.subarray(at, at + 333), flags: ACK }, ports),
      );
    }
    packets.push(ipv4({ fromClient: false, sequence: 25, data: server.subarray(24) }, ports));
    const lines = linesOf(packets);
    t.is(lines[0], 'iwarp 10.0.0.1:50000 10.0.0.2:5445');
    t.is(lines.filter((line) => line.includes('-> ECHO')).length, 12);
    t.is(lines.filter((line) => line.includes('<- ECHO SUCCESS')).length, 12);
    t.is(lines.length, 25);
  });
}

test('any single byte of an SMB Direct capture may be anything', (t) => {
  const packets = [
    roce(true, 0x11, 1, REQUEST),
    roce(false, 0x22, 100, RESPONSE),
    roce(true, 0x11, 2, transfer(ask(1).subarray(0, 30), 38)),
    roce(true, 0x11, 3, transfer(ask(1).subarray(30))),
  ];
  for (const [i, packet] of packets.entries()) {
    for (let at = 0; at < packet.length; at++) {
      for (const value of [0, 0xff, packet[at]! ^ 1]) {
        const broken = packet.slice();
        broken[at] = value;
        t.true(linesOf([...packets.slice(0, i), broken, ...packets.slice(i + 1)]).length < 10);
      }
    }
  }
});
