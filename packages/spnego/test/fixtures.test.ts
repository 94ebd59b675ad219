import { connectionsOfFixture, fixtures, messagesOf, securityTokensOf } from '@tsmbd/tool-fixtures';
import test from 'ava';
import { decodeNegToken, encodeNegTokenInit, encodeNegTokenResp, isRawNtlmssp } from '../src/index.ts';

test('captured tokens decode, and encode to the same bytes [RFC 4178 4.2]', (t) => {
  let count = 0;
  const differing: string[] = [];
  for (const fixture of fixtures()) {
    for (const connection of connectionsOfFixture(fixture)) {
      for (const { bytes } of securityTokensOf(messagesOf(connection))) {
        if (isRawNtlmssp(bytes)) continue;
        const token = decodeNegToken(bytes);
        const again = token.kind === 'init' ? encodeNegTokenInit(token.init) : encodeNegTokenResp(token.resp);
        count++;
        if (Buffer.from(again).equals(bytes)) continue;
        differing.push(`${fixture.file}: ${token.kind}`);
        t.deepEqual(plain(decodeNegToken(again)), plain(token), fixture.file);
      }
    }
  }
  t.log(`${count - differing.length} of ${count} tokens to the byte`, [...new Set(differing)].slice(0, 5));
  t.true(count > 200);
});

function plain(value: unknown): unknown {
  return JSON.stringify(value, (_, v) => (v instanceof Uint8Array ? Buffer.from(v).toString('hex') : v));
}
