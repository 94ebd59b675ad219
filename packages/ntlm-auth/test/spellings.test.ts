import { decode, encode } from '@tsmbd/ms-dtyp';
import test from 'ava';
import {
  authenticateMessage,
  createAcceptor,
  createInitiator,
  decodeNtlmV2Response,
  ntHash,
  ntowfv2,
  ntProofStr,
} from '../src/index.ts';
import { ntowfv2AsSpelled } from '../src/ntlmv2.ts';
import { spellingsOf } from '../src/spellings.ts';

const HASH = ntHash('x');

/** Whether `user` logs on with the right password from a client that makes `upper` of the name. */
function logsOn(user: string, upper: string): boolean {
  const serverChallenge = new Uint8Array(8).fill(9);
  const acceptor = createAcceptor({ netbiosDomain: 'BOX', netbiosName: 'BOX', serverChallenge, now: 5n });
  const random = { clientChallenge: new Uint8Array(8), randomSessionKey: new Uint8Array(16) };
  // Without a MIC: only the name is looked at.
  const initiator = createInitiator({ user, domain: 'BOX', ntHash: HASH, now: 0n, ...random });
  const { token } = initiator.authenticate(acceptor.challenge(initiator.negotiate()));
  const message = decode(authenticateMessage, token);
  const blob = decodeNtlmV2Response(message.ntResponse).blob.slice();
  const flags = blob.findIndex((_, i) => blob[i] === 6 && blob[i + 1] === 0 && blob[i + 2] === 4 && blob[i + 4] === 2);
  blob[flags + 4] = 0;
  const proof = ntProofStr(ntowfv2AsSpelled(HASH, upper, 'BOX'), serverChallenge, blob);
  const changed = encode(authenticateMessage, { ...message, ntResponse: new Uint8Array([...proof, ...blob]) });
  return acceptor.authenticate(changed).verify(HASH) !== undefined;
}

test('no name is kept out because its client has other capitals than this server [MS-NLMP 3.3.2]', (t) => {
  // Windows has no capital for these; Unicode has one today.
  for (const letter of ['µ', 'ſ', 'ı', 'ა', 'ყ', 'ԥ', '\u{10428}']) {
    t.true(logsOn(`jo${letter}`, `JO${letter}`), `${letter} on Windows`);
    t.true(logsOn(`jo${letter}`, `JO${letter.toUpperCase()}`), `${letter} by Unicode`);
  }
  t.true(logsOn('ӏбек', 'ӀБЕК'), 'Windows');
  t.true(logsOn('ӏбек', 'ӏБЕК'), 'smbclient: the capital came after Windows 2000');
  // Two letters at once, of which each client knows another one.
  t.true(logsOn('ӏµ', 'Ӏµ'), 'Windows');
  t.true(logsOn('ßა', 'ßᲐ'), 'Go');
  t.true(logsOn('groß', 'GROß'), 'Windows');
  t.true(logsOn('groß', 'GROSS'), 'Python');
  t.true(logsOn('ünal', 'ÜNAL'), 'Windows');
  t.true(logsOn('ünal', 'üNAL'), 'Heimdal');
});

test('a spelling that no client makes is not taken for the name', (t) => {
  t.false(logsOn('alice', 'alice'));
  t.false(logsOn('alice', 'BOB'));
  t.false(logsOn('irma', 'İRMA'));
  t.false(logsOn('ünal', 'UNAL'));
});

test('a name of ASCII letters has one spelling, others a handful', (t) => {
  t.deepEqual(spellingsOf('Alice.Smith-7'), ['ALICE.SMITH-7']);
  t.true(spellingsOf('ßӏüაſ').length <= 5);
});

test("the specification's example is spelled by Windows' table [MS-NLMP 4.2.4]", (t) => {
  t.deepEqual(ntowfv2(HASH, 'µser', 'D'), ntowfv2AsSpelled(HASH, 'µSER', 'D'));
});
