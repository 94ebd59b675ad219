import test from 'ava';
import { CaptureError, CaptureReader, SECRETS_TYPE } from '../src/index.ts';
import { block, concat, echo, ipv4, pcap, words } from './build.ts';

interface Seen {
  readonly number: number;
  readonly timeUs: number;
  readonly linkType: number;
  readonly bytes: string;
  readonly wireLength: number;
}

function read(file: Uint8Array, piece = file.length): { packets: Seen[]; problems: string[]; secrets: string[] } {
  const packets: Seen[] = [];
  const problems: string[] = [];
  const secrets: string[] = [];
  const reader = new CaptureReader({
    packet: ({ number, timeUs, linkType, bytes, start, end, wireLength }) =>
      packets.push({
        number,
        timeUs,
        linkType,
        bytes: Buffer.from(bytes.subarray(start, end)).toString('hex'),
        wireLength,
      }),
    problem: (text) => problems.push(text),
    secrets: (type, data) => secrets.push(`${type.toString(16)}:${Buffer.from(data).toString()}`),
  });
  // Each piece in a buffer of its own that is spoilt afterwards: nothing may be kept of it.
  for (let at = 0; at < file.length; at += piece) {
    const bytes = file.slice(at, at + piece);
    reader.push(bytes);
    bytes.fill(0xee);
  }
  reader.end();
  return { packets, problems, secrets };
}

const packet = ipv4({ fromClient: true, sequence: 1, data: echo(1) });
const hex = Buffer.from(packet).toString('hex');

for (const big of [false, true]) {
  for (const nano of [false, true]) {
    test(`a classic pcap, ${big ? 'big' : 'little'}-endian, ${nano ? 'nano' : 'micro'}seconds`, (t) => {
      const { packets } = read(pcap([packet, packet], { big, nano }));
      t.deepEqual(packets, [
        { number: 1, timeUs: 1.7e15, linkType: 101, bytes: hex, wireLength: packet.length },
        { number: 2, timeUs: 1.7e15 + 1000, linkType: 101, bytes: hex, wireLength: packet.length },
      ]);
    });
  }
}

/**
 * Section, interface with nanoseconds and an offset of one second, secrets, enhanced, simple, a
 * block of another kind.
 */
function ng(big: boolean): Uint8Array {
  const options = concat([
    new Uint8Array(big ? [0, 9, 0, 1, 9, 0, 0, 0] : [9, 0, 1, 0, 9, 0, 0, 0]),
    new Uint8Array(big ? [0, 14, 0, 8] : [14, 0, 8, 0]),
    words(big ? [0, 1] : [1, 0], big),
    words([0], big),
  ]);
  const high = Math.floor(1.7e18 / 2 ** 32);
  const low = 1.7e18 % 2 ** 32;
  const key = new TextEncoder().encode('0a 0b');
  return concat([
    block(0x0a0d0d0a, words([0x1a2b3c4d, 0x0001_0000, 0xffff_ffff, 0xffff_ffff], big), big),
    block(1, concat([new Uint8Array(big ? [0, 101, 0, 0] : [101, 0, 0, 0]), words([40], big), options]), big),
    block(10, concat([words([SECRETS_TYPE, key.length], big), key]), big),
    block(6, concat([words([0, high, low, packet.length, packet.length], big), packet]), big),
    block(5, words([1, 2, 3], big), big),
    block(3, concat([words([packet.length], big), packet.subarray(0, 40)]), big),
  ]);
}

for (const big of [false, true]) {
  test(`a pcapng, ${big ? 'big' : 'little'}-endian: interface options, secrets, enhanced and simple packets`, (t) => {
    const { packets, secrets } = read(ng(big));
    t.deepEqual(packets, [
      { number: 1, timeUs: 1.7e15 + 1e6, linkType: 101, bytes: hex, wireLength: packet.length },
      { number: 2, timeUs: 1.7e15 + 1e6, linkType: 101, bytes: hex.slice(0, 80), wireLength: packet.length },
    ]);
    t.deepEqual(secrets, ['534d424b:0a 0b']);
  });
}

test('a file in pieces of any size gives the same packets', (t) => {
  for (const file of [pcap([packet, packet, packet]), ng(false)]) {
    const whole = read(file);
    for (let piece = 1; piece < file.length; piece++) t.deepEqual(read(file, piece), whole, `pieces of ${piece}`);
  }
});

test('a file that is cut gives its whole packets and says so', (t) => {
  const file = pcap([packet, packet]);
  for (let length = 24; length < file.length; length++) {
    const { packets, problems } = read(file.subarray(0, length));
    const whole = length < 24 + 16 + packet.length ? 0 : 1;
    t.is(packets.length, whole);
    t.is(problems.length, length === 24 || length === 24 + 16 + packet.length ? 0 : 1, `${length} bytes`);
  }
});

test('what is no capture is a CaptureError: other files, lengths that cannot be, sections without byte order', (t) => {
  const claims = pcap([packet]);
  new DataView(claims.buffer).setUint32(24 + 8, 0x7fff_ffff, true);
  const noOrder = block(0x0a0d0d0a, words([0x12345678, 0, 0, 0]));
  const shortBlock = concat([ng(false), words([6, 8, 8])]);
  const oddBlock = concat([ng(false), words([6, 33, 8])]);
  const text = new TextEncoder().encode('This is a text and no capture at all.');
  for (const file of [new Uint8Array(0), text, claims, noOrder, shortBlock, oddBlock, text.subarray(0, 3)]) {
    t.throws(() => read(file), { instanceOf: CaptureError });
  }
});

test('any single byte of a capture may be anything: packets or a CaptureError, nothing else', (t) => {
  for (const good of [pcap([packet, packet]), ng(false)]) {
    for (let at = 0; at < good.length; at++) {
      for (const value of [0, 0x7f, 0xff, good[at]! ^ 1]) {
        const file = good.slice();
        file[at] = value;
        try {
          t.true(read(file).packets.length <= 40);
        } catch (error) {
          t.true(error instanceof CaptureError, String(error));
        }
      }
    }
  }
});
