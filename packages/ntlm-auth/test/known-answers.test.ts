import { decode, encode } from '@tsmbd/ms-dtyp';
import test from 'ava';
import {
  AvId,
  authenticateMessage,
  challengeMessage,
  createAcceptor,
  createSecurity,
  decodeNtlmV2Response,
  encodeAvPairs,
  encodeClientChallenge,
  findAvText,
  NtlmError,
  negotiateMessage,
  ntHash,
  ntowfv2,
  ntProofStr,
  sealKey,
  sessionBaseKey,
  signKey,
} from '../src/index.ts';
import { rc4 } from '../src/rc4.ts';
import { utf16Bytes } from '../src/text.ts';
import { bytes, hex, knownAnswer } from './known-answers.ts';

test('NTLMv2 gives the values of the example [MS-NLMP 4.2.4]', (t) => {
  const { input, expected } = knownAnswer('MS-NLMP 4.2.4 NTLMv2');
  const key = ntowfv2(ntHash(input.Password!), input.User!, input.Domain!);
  t.is(hex(key), expected.NTOWFv2!);
  const pairs = encodeAvPairs([
    { id: AvId.NB_DOMAIN_NAME, value: utf16Bytes('Domain') },
    { id: AvId.NB_COMPUTER_NAME, value: utf16Bytes('Server') },
  ]);
  const blob = encodeClientChallenge(0n, bytes(input.ClientChallenge!), pairs);
  t.is(hex(blob), expected.temp!);
  const proof = ntProofStr(key, bytes(input.ServerChallenge!), blob);
  t.is(hex(proof), expected.NTProofStr!);
  const base = sessionBaseKey(key, proof);
  t.is(hex(base), expected.SessionBaseKey!);
  t.is(hex(rc4(base, bytes(input.RandomSessionKey!))), expected.EncryptedRandomSessionKey!);
});

test('the messages of the example decode [MS-NLMP 4.2.4.3]', (t) => {
  const {
    CHALLENGE_MESSAGE: challenge,
    AUTHENTICATE_MESSAGE: authenticate,
    input,
    expected,
  } = knownAnswer('MS-NLMP 4.2.4 ');
  const c = decode(challengeMessage, bytes(challenge!));
  t.is(c.targetName, 'Server');
  t.is(hex(c.serverChallenge), input.ServerChallenge!);
  t.is(findAvText(c.targetInfo, AvId.NB_DOMAIN_NAME), 'Domain');
  const a = decode(authenticateMessage, bytes(authenticate!));
  t.like(a, { user: 'User', domain: 'Domain', workstation: 'COMPUTER', mic: undefined });
  t.is(hex(decodeNtlmV2Response(a.ntResponse).proof), expected.NTProofStr!);
  t.is(hex(a.encryptedRandomSessionKey), expected.EncryptedRandomSessionKey!);
});

test('GSS_Wrap gives the sealed message and signature of the example [MS-NLMP 4.2.4.4]', (t) => {
  const { input, expected } = knownAnswer('MS-NLMP 4.2.4.4');
  const key = bytes(input.ExportedSessionKey!);
  const flags = 0xe28a8233;
  t.is(hex(signKey('client-to-server', key)), expected.ClientSignKey!);
  t.is(hex(sealKey('client-to-server', key, flags)), expected.ClientSealKey!);
  const { sealed, signature } = createSecurity('client', key, flags).seal(bytes(input.plaintext!));
  t.is(hex(sealed), expected.sealed!);
  t.is(hex(signature), expected.signature!);
  const server = createSecurity('server', key, flags);
  t.is(hex(server.unseal(sealed, signature)!), input.plaintext!);
  t.is(server.unseal(sealed, signature), undefined);
});

test('a Windows exchange: response, MIC and mechListMIC are right, byte for byte [MS-NLMP 3.2.5.1.2]', (t) => {
  const { input, expected } = knownAnswer('Real Windows exchange with MIC');
  const challenge = bytes(input.CHALLENGE_MESSAGE!);
  const decoded = decode(challengeMessage, challenge);
  t.is(hex(encode(challengeMessage, decoded)), input.CHALLENGE_MESSAGE!);
  const negotiate = decode(negotiateMessage, bytes(input.NEGOTIATE_MESSAGE!));
  t.like(negotiate, { flags: 0xe2088297, version: { major: 6, minor: 3, build: 9600, revision: 15 } });

  const acceptor = createAcceptor({
    netbiosDomain: 'SUT311',
    netbiosName: 'SUT311',
    dnsDomain: 'SUT311',
    dnsName: 'SUT311',
    serverChallenge: bytes(input.ServerChallenge!),
    now: new DataView(decoded.targetInfo.at(-1)!.value.slice().buffer).getBigUint64(0, true),
    version: decoded.version!,
  });
  t.is(hex(acceptor.challenge(bytes(input.NEGOTIATE_MESSAGE!))), input.CHALLENGE_MESSAGE!);
  const claim = acceptor.authenticate(bytes(input.AUTHENTICATE_MESSAGE!));
  t.like(claim, { user: 'administrator', domain: 'SUT311', workstation: 'DRIVER311', anonymous: false });
  t.is(claim.targetName, 'cifs/SUT311');
  t.is(claim.verify(ntHash('wrong')), undefined);
  const result = claim.verify(bytes(expected.NTHash!))!;
  t.is(hex(result.sessionKey), expected.ExportedSessionKey!);

  const mechTypes = bytes(input.SPNEGO_mechTypes_DER!);
  t.is(hex(result.security!.getMic(mechTypes)), expected.mechListMIC_server!);
  t.true(result.security!.verifyMic(mechTypes, bytes(expected.mechListMIC_client!)));
  t.false(result.security!.verifyMic(mechTypes, bytes(expected.mechListMIC_server!)));
  t.is(hex(createSecurity('client', result.sessionKey, result.flags).getMic(mechTypes)), expected.mechListMIC_client!);
});

test('session keys of two more Windows logons come out of password and response [MS-NLMP 3.3.2]', (t) => {
  for (const name of ['Session key from password: CCM', 'Session key from password: second']) {
    const { input, expected } = knownAnswer(name);
    const key = ntowfv2(ntHash(input.Password!), input.User!, input.Domain!);
    const { blob, proof } = decodeNtlmV2Response(bytes(input.NtChallengeResponse!));
    t.is(hex(ntProofStr(key, bytes(input.ServerChallenge!), blob)), hex(proof));
    const exported = rc4(sessionBaseKey(key, proof), bytes(input.EncryptedRandomSessionKey!));
    t.is(hex(exported), expected.ExportedSessionKey!);
  }
});

test('NTLMv1 responses are refused, with and without extended session security [MS-NLMP 4.2.2, 4.2.3]', (t) => {
  for (const [name, field] of [
    ['MS-NLMP 4.2.2', 'NTLMv1Response'],
    ['MS-NLMP 4.2.3', 'NTLMResponse'],
  ] as const) {
    const { input, expected } = knownAnswer(name);
    const acceptor = createAcceptor({
      netbiosDomain: 'Domain',
      netbiosName: 'Server',
      serverChallenge: bytes(input.ServerChallenge!),
      now: 0n,
    });
    const negotiate = { flags: 0xe2088297, domain: new Uint8Array(0), workstation: new Uint8Array(0) };
    acceptor.challenge(encode(negotiateMessage, negotiate));
    const authenticate = encode(authenticateMessage, {
      flags: 0x02088205,
      user: 'User',
      domain: 'Domain',
      workstation: '',
      lmResponse: bytes(expected.LMResponse ?? ''),
      ntResponse: bytes(expected[field]!),
      encryptedRandomSessionKey: new Uint8Array(0),
    });
    t.is(t.throws(() => acceptor.authenticate(authenticate), { instanceOf: NtlmError })?.kind, 'unsupported');
  }
});

test('an exchange of Windows 10 and Server 2019 inside SPNEGO: key, MIC and mechListMICs are right [MS-NLMP 3.2.5.1.2]', (t) => {
  const { input, expected } = knownAnswer('Real Windows 10/Server 2019');
  /** The NTLM message in a token: an OCTET STRING, whose length says where it ends. */
  const inner = (token: string, length: number): Uint8Array => {
    const at = Buffer.from(token, 'hex').indexOf('NTLMSSP');
    return bytes(token).slice(at, at + length);
  };
  const [negotiate, challenge, authenticate] = [
    inner(input.token1_client!, 0x28),
    inner(input.token2_server!, 0xae),
    inner(input.token3_client!, 0x1b2),
  ];
  const server = decode(challengeMessage, challenge);
  const acceptor = createAcceptor({
    netbiosDomain: 'DOMAIN',
    netbiosName: 'DC1',
    dnsDomain: 'domain.local',
    dnsName: 'DC1.domain.local',
    domainMember: true,
    serverChallenge: server.serverChallenge,
    now: new DataView(server.targetInfo.at(-1)!.value.slice().buffer).getBigUint64(0, true),
    version: server.version!,
  });
  const own = decode(challengeMessage, acceptor.challenge(negotiate));
  t.deepEqual(own.targetInfo, server.targetInfo);
  // This server's challenge had other flags than ours, which the MIC covers: the key is checked
  // without it.
  const claim = decode(authenticateMessage, authenticate);
  const { blob, proof } = decodeNtlmV2Response(claim.ntResponse);
  const key = ntowfv2(ntHash(input.Password!), claim.user, claim.domain);
  t.is(hex(ntProofStr(key, server.serverChallenge, blob)), expected.NTProofStr!);
  const sessionKey = rc4(sessionBaseKey(key, proof), claim.encryptedRandomSessionKey);
  t.is(hex(sessionKey), expected.ExportedSessionKey!);
  const mechTypes = bytes('300c060a2b06010401823702020a');
  const security = createSecurity('server', sessionKey, claim.flags);
  t.true(security.verifyMic(mechTypes, bytes(expected.mechListMIC_client!)));
  t.is(hex(security.getMic(mechTypes)), expected.mechListMIC_server!);
});
