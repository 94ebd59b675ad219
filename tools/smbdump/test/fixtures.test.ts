import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { ntHash } from '@tsmbd/ntlm-auth';
import { FIXTURES, type Fixture, fixtures } from '@tsmbd/tool-fixtures';
import test from 'ava';
import type { Pdu } from '../src/index.ts';
import { Analyzer, jsonOf, KeyRing, Statistics } from '../src/index.ts';

interface Result {
  readonly kinds: Readonly<Record<string, number>>;
  readonly signatures: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
  readonly unanswered: number;
  readonly nameless: number;
  readonly commands: readonly string[];
}

function analyze(fixture: Fixture, keys: KeyRing, piece = 1 << 20): Result {
  const file = gunzipSync(readFileSync(`${FIXTURES}${fixture.file}`));
  const kinds: Record<string, number> = {};
  const signatures: Record<string, number> = {};
  const problems: string[] = [];
  const commands: string[] = [];
  let unanswered = 0;
  let nameless = 0;
  const see = (pdu: Pdu): void => {
    kinds[pdu.kind] = (kinds[pdu.kind] ?? 0) + 1;
    signatures[pdu.signature] = (signatures[pdu.signature] ?? 0) + 1;
    if (pdu.problem !== undefined) problems.push(`${pdu.frame}: ${pdu.problem}`);
    const isResponse = !pdu.fromClient && pdu.header !== undefined;
    if (isResponse && pdu.request === undefined && pdu.header?.messageId !== 0xffff_ffff_ffff_ffffn) unanswered++;
    if (pdu.open !== undefined && pdu.open.name === undefined) nameless++;
    commands.push(`${pdu.frame} ${(jsonOf(pdu) as { command: string }).command}`);
  };
  const analyzer = new Analyzer(
    { pdu: see, lost: (_, length) => problems.push(`${length} bytes lost`) },
    { keys, problem: (text) => problems.push(text) },
  );
  for (let at = 0; at < file.length; at += piece) analyzer.push(file.subarray(at, at + piece));
  analyzer.end();
  return { kinds, signatures, problems, unanswered, nameless, commands };
}

function ringOf({ sessions }: Fixture): KeyRing {
  const ring = new KeyRing();
  for (const { sessionId, sessionKey } of sessions) {
    if (sessionKey !== undefined) ring.addSessionKey(sessionId, Buffer.from(sessionKey, 'hex'));
  }
  return ring;
}

test('with its key every sealed message opens and every signature is right, and every response finds its request', (t) => {
  for (const fixture of fixtures()) {
    const { kinds, signatures, problems, unanswered, nameless } = analyze(fixture, ringOf(fixture));
    t.deepEqual(problems, [], fixture.file);
    t.is(kinds['sealed'], undefined, fixture.file);
    t.is(kinds['malformed'], undefined, fixture.file);
    t.is(signatures['bad'], undefined, fixture.file);
    if (!fixture.file.includes('anonymous')) t.is(signatures['unchecked'], undefined, fixture.file);
    t.is(unanswered, 0, fixture.file);
    t.is(nameless, 0, fixture.file);
  }
});

test("the user's password does the same as the keys", (t) => {
  for (const fixture of fixtures()) {
    const ring = new KeyRing();
    ring.ntHashes.push(ntHash('not this one'), ntHash(fixture.password));
    const byPassword = analyze(fixture, ring);
    t.deepEqual(byPassword, analyze(fixture, ringOf(fixture)), fixture.file);
  }
});

test('without a key what is sealed stays closed, and the rest is read', (t) => {
  for (const fixture of fixtures().filter(({ protection }) => protection === 'sealed')) {
    const { kinds, problems } = analyze(fixture, new KeyRing());
    t.true(kinds['sealed']! > 0, fixture.file);
    t.true(kinds['smb2']! > 4, fixture.file);
    t.deepEqual(problems, [], fixture.file);
  }
});

test('with a wrong key nothing opens, and it is said', (t) => {
  for (const fixture of fixtures().filter(({ protection }) => protection === 'sealed')) {
    const ring = new KeyRing();
    ring.anySession.push(new Uint8Array(16).fill(7));
    const { kinds, problems, signatures } = analyze(fixture, ring);
    t.true(problems.length > 0, fixture.file);
    t.true(kinds['sealed']! > 0);
    t.is(signatures['good'], undefined);
  }
});

test('a capture is not changed by reading it, in a Buffer or not', (t) => {
  const fixture = fixtures().find(({ file }) => file === 'smbd-own-sealed-256.pcap.gz')!;
  const file = gunzipSync(readFileSync(`${FIXTURES}${fixture.file}`));
  const before = Buffer.from(file);
  for (const bytes of [file, new Uint8Array(file.buffer, file.byteOffset, file.length)]) {
    const analyzer = new Analyzer({ pdu: ({ kind }) => t.not(kind, 'sealed') }, { keys: ringOf(fixture) });
    analyzer.push(bytes);
    analyzer.end();
    t.deepEqual(file, before);
  }
});

test('a file in small pieces gives the same', (t) => {
  for (const fixture of fixtures().slice(0, 20)) {
    t.deepEqual(analyze(fixture, ringOf(fixture), 777), analyze(fixture, ringOf(fixture)), fixture.file);
  }
});

test('statistics without payloads count what the PDUs say', (t) => {
  const fixture = fixtures().find(({ file }) => file === 'smbd-rclone-copy.pcap.gz')!;
  const file = gunzipSync(readFileSync(`${FIXTURES}${fixture.file}`));
  const count = (payloads: boolean): Statistics => {
    const stats = new Statistics();
    const analyzer = new Analyzer(stats, { payloads, keys: ringOf(fixture) });
    analyzer.push(file);
    analyzer.end();
    return stats;
  };
  const [without, whole] = [count(false), count(true)];
  t.deepEqual([...without.commands.keys()], [...whole.commands.keys()]);
  for (const [name, tally] of whole.commands) {
    const other = without.commands.get(name)!;
    t.is(other.bytes, tally.bytes, name);
    t.is(other.readBytes, tally.readBytes, name);
    t.is(other.writtenBytes, tally.writtenBytes, name);
    t.is(other.responses, tally.responses, name);
  }
  t.true(whole.commands.get('WRITE')!.writtenBytes > 0);
  t.true(whole.commands.get('READ')!.readBytes > 0);
});
