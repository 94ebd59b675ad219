import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { FIXTURES, fixtures } from '@tsmbd/tool-fixtures';
import test from 'ava';
import { Analyzer, jsonOf, SECRETS_TYPE } from '../src/index.ts';
import { block, concat, words } from './build.ts';

interface Shown {
  readonly command: string;
  readonly kind: string;
  readonly direction: string;
  readonly body: Record<string, { readonly structure?: string; readonly value?: Record<string, unknown> }>;
}

function shownOf(file: Uint8Array): Shown[] {
  const shown: Shown[] = [];
  const analyzer = new Analyzer({ pdu: (pdu) => shown.push(jsonOf(pdu) as Shown) });
  analyzer.push(file);
  analyzer.end();
  return shown;
}

test('what is written to pipes is shown as DCE/RPC, and logon tokens as SPNEGO and NTLM', (t) => {
  const shown = shownOf(gunzipSync(readFileSync(`${FIXTURES}smbd-rpcclient-srvsvc.pcap.gz`)));
  const bind = shown.find(({ command, direction }) => command === 'IOCTL' && direction === 'request')!;
  t.is(bind.body['input']!.structure, 'PDU');
  t.like(bind.body['input']!.value, { type: 11, callId: 1 });
  const tokens = shown
    .filter(({ command }) => command === 'SESSION_SETUP')
    .map(({ body }) => body['securityBuffer']?.value?.['ntlm'] as Record<string, unknown> | undefined);
  t.like(tokens[2], { user: 'root', domain: 'WORKGROUP' });
  t.truthy(tokens[1]!['serverChallenge']);
});

test('a pcapng that brings its keys in a Decryption Secrets Block opens by itself', (t) => {
  const { file, sessions } = fixtures().find(({ file: name }) => name === 'smbd-own-sealed-256.pcap.gz')!;
  const pcap = gunzipSync(readFileSync(`${FIXTURES}${file}`));
  const lines = new TextEncoder().encode(sessions.map((one) => `${one.sessionId} ${one.sessionKey}`).join('\n'));
  const blocks = [
    block(0x0a0d0d0a, words([0x1a2b3c4d, 0x0000_0001, 0xffff_ffff, 0xffff_ffff])),
    block(10, concat([words([SECRETS_TYPE, lines.length]), lines])),
    block(1, words([pcap.readUInt32LE(20), 0])),
  ];
  for (let at = 24; at < pcap.length; at += 16 + pcap.readUInt32LE(at + 8)) {
    const length = pcap.readUInt32LE(at + 8);
    const timeUs = pcap.readUInt32LE(at) * 1e6 + pcap.readUInt32LE(at + 4);
    const head = words([0, Math.floor(timeUs / 2 ** 32), timeUs % 2 ** 32, length, length]);
    blocks.push(block(6, concat([head, pcap.subarray(at + 16, at + 16 + length)])));
  }
  const shown = shownOf(concat(blocks));
  t.true(shown.length > 40);
  t.true(shown.every(({ kind }) => kind === 'smb2'));
  t.true(shownOf(pcap).some(({ kind }) => kind === 'sealed'));
});
