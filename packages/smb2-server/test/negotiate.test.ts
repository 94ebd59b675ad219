import { encode, Writer } from '@tsmbd/ms-dtyp';
import {
  CipherId,
  Command,
  Dialect,
  encryptionCapabilities,
  HashAlgorithmId,
  type NegotiateContext,
  NegotiateContextType,
  type NegotiateRequest,
  NtStatus,
  negotiateRequest,
  negotiateResponse,
  preauthIntegrityCapabilities,
  SecurityMode,
  SigningAlgorithmId,
  signingCapabilities,
} from '@tsmbd/smb2-codec';
import type { SmbClient } from '@tsmbd/tool-smb-client';
import test from 'ava';
import { settle, startServer } from './harness.ts';
import { statusOf } from './requests.ts';

const { STATUS_INVALID_PARAMETER, STATUS_NOT_SUPPORTED, STATUS_SMB_NO_PREAUTH_INTEGRITY_HASH_OVERLAP } = NtStatus;
const ALL = [Dialect.SMB_2_0_2, Dialect.SMB_2_1, Dialect.SMB_3_0, Dialect.SMB_3_0_2, Dialect.SMB_3_1_1];

function preauth(...hashAlgorithms: number[]): NegotiateContext {
  return {
    contextType: NegotiateContextType.PREAUTH_INTEGRITY_CAPABILITIES,
    data: encode(preauthIntegrityCapabilities, { hashAlgorithms, salt: new Uint8Array(32) }),
  };
}
const PREAUTH = preauth(HashAlgorithmId.SHA_512);

function signing(...signingAlgorithms: number[]): NegotiateContext {
  return {
    contextType: NegotiateContextType.SIGNING_CAPABILITIES,
    data: encode(signingCapabilities, { signingAlgorithms }),
  };
}

function negotiate(client: SmbClient, more: Partial<NegotiateRequest>) {
  return client.request(Command.NEGOTIATE, negotiateRequest, negotiateResponse, {
    securityMode: 1,
    capabilities: 0x44,
    clientGuid: '00000000-0000-4000-8000-000000000001',
    dialects: [Dialect.SMB_3_1_1],
    clientStartTime: 0n,
    negotiateContexts: [PREAUTH],
    ...more,
  });
}

test('the strongest dialect that both have is chosen, whatever the order [MS-SMB2 3.3.5.4]', async (t) => {
  for (const [dialects, chosen] of [
    [ALL, Dialect.SMB_3_1_1],
    [ALL.toReversed(), Dialect.SMB_3_1_1],
    [[Dialect.SMB_2_0_2, Dialect.SMB_3_0, Dialect.SMB_2_1], Dialect.SMB_3_0],
    [[Dialect.SMB_2_0_2, 0x0999], Dialect.SMB_2_0_2],
  ] as const) {
    const { body } = await negotiate(startServer().connect(), { dialects });
    t.is(body!.dialectRevision, chosen);
  }
});

test('a dialect that the administrator does not want is not chosen', async (t) => {
  const h = startServer({ minDialect: Dialect.SMB_2_1, maxDialect: Dialect.SMB_3_0 });
  t.is((await negotiate(h.connect(), { dialects: ALL })).body!.dialectRevision, Dialect.SMB_3_0);
  t.is(await statusOf(negotiate(h.connect(), { dialects: [Dialect.SMB_2_0_2] })), STATUS_NOT_SUPPORTED);
  t.is(await statusOf(negotiate(h.connect(), { dialects: [Dialect.SMB_3_1_1] })), STATUS_NOT_SUPPORTED);
  t.is(await statusOf(negotiate(h.connect(), { dialects: [] })), STATUS_INVALID_PARAMETER);
});

for (const [what, negotiateContexts, status] of [
  ['without a preauthentication context', [], STATUS_INVALID_PARAMETER],
  ['with a context twice', [PREAUTH, PREAUTH], STATUS_INVALID_PARAMETER],
  ['with another context twice', [PREAUTH, signing(2), signing(2)], STATUS_INVALID_PARAMETER],
  ['with hashes that nobody knows', [preauth(0x99)], STATUS_SMB_NO_PREAUTH_INTEGRITY_HASH_OVERLAP],
  ['with no signing algorithm', [PREAUTH, signing()], STATUS_INVALID_PARAMETER],
] as const) {
  test(`a NEGOTIATE of 3.1.1 ${what} is refused [MS-SMB2 3.3.5.4]`, async (t) => {
    t.is(await statusOf(negotiate(startServer().connect(), { negotiateContexts })), status);
  });
}

test('a cipher or signing algorithm that the administrator does not want is not used [MS-SMB2 3.3.5.4]', async (t) => {
  const h = startServer({ ciphers: ['aes-256-gcm'], signingAlgorithms: ['aes-gmac'] });
  const ciphers = {
    contextType: NegotiateContextType.ENCRYPTION_CAPABILITIES,
    data: encode(encryptionCapabilities, { ciphers: [CipherId.AES_128_CCM, CipherId.AES_256_GCM] }),
  };
  const wanted = signing(SigningAlgorithmId.HMAC_SHA256, SigningAlgorithmId.AES_GMAC);
  await negotiate(h.connect(), { negotiateContexts: [PREAUTH, ciphers, wanted] });
  const [connection] = h.server.connections;
  t.is(connection!.cipher, 'aes-256-gcm');
  t.is(connection!.signing, 'aes-gmac');
});

test('a server that wants signatures says so, and one that does not does not [MS-SMB2 3.3.5.4]', async (t) => {
  for (const signingRequired of [true, false]) {
    const { body } = await negotiate(startServer({ signingRequired }).connect(), {});
    t.is((body!.securityMode & SecurityMode.SIGNING_REQUIRED) !== 0, signingRequired);
  }
});

test('an SMB1 NEGOTIATE after one of SMB2 ends the connection [MS-SMB2 3.3.5.3]', async (t) => {
  const h = startServer();
  const client = h.connect();
  await client.negotiate();
  const name = new TextEncoder().encode('\x02SMB 2.???\0');
  const w = new Writer(100, 4);
  w.bytes(new Uint8Array([0xff, 0x53, 0x4d, 0x42, 0x72]));
  w.zero(27);
  w.u8(0);
  w.u16(name.length);
  w.bytes(name);
  const frame = new Uint8Array(4 + w.result().length - 4);
  frame.set(w.result().subarray(4), 4);
  client.transport.send([frame]);
  await settle();
  t.is(h.server.connections.size, 0);
  const other = h.connect();
  let answered = false;
  other.transport.onMessage = () => {
    answered = true;
  };
  other.transport.send([frame.slice()]);
  await settle();
  t.true(answered, 'it is answered when it comes first');
});
