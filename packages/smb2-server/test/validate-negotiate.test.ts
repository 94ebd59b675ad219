import { decode, encode } from '@tsmbd/ms-dtyp';
import {
  ANY_FILE_ID,
  Command,
  Dialect,
  FsctlCode,
  ioctlRequest,
  ioctlResponse,
  NtStatus,
  type ValidateNegotiateInfoRequest,
  validateNegotiateInfoRequest,
  validateNegotiateInfoResponse,
} from '@tsmbd/smb2-codec';
import { CLIENT_CAPABILITIES } from '@tsmbd/tool-smb-client';
import test from 'ava';
import { startServer } from './harness.ts';
import { type Mount, mount, statusOf } from './requests.ts';

const NOTHING = new Uint8Array(0);
const CLIENT_GUID = '12345678-9abc-4def-8123-456789abcdef';
const DIALECTS = [Dialect.SMB_2_0_2, Dialect.SMB_2_1, Dialect.SMB_3_0, Dialect.SMB_3_0_2];

/** What the test client says in NEGOTIATE. */
const SAID: ValidateNegotiateInfoRequest = {
  capabilities: CLIENT_CAPABILITIES,
  guid: CLIENT_GUID,
  securityMode: 1,
  dialects: DIALECTS,
};

/** The dialects with the one at `i` changed. */
function other(i: number): number[] {
  return DIALECTS.map((dialect, j) => (i === j ? dialect ^ 0x0100 : dialect));
}

const CHANGES: readonly (readonly [string, Partial<ValidateNegotiateInfoRequest>])[] = [
  ...[0, 6, 31].map(
    (bit) => [`bit ${bit} of Capabilities`, { capabilities: (CLIENT_CAPABILITIES ^ (1 << bit)) >>> 0 }] as const,
  ),
  ...[0, 9, 14, 19, 24, 35].map((at) => [`digit ${at} of Guid`, { guid: changed(CLIENT_GUID, at) }] as const),
  ...[0, 1, 15].map((bit) => [`bit ${bit} of SecurityMode`, { securityMode: 1 ^ (1 << bit) }] as const),
  ...DIALECTS.map((_, i) => [`dialect ${i}`, { dialects: other(i) }] as const),
  ['the order of the dialects', { dialects: [DIALECTS[1]!, DIALECTS[0]!, DIALECTS[2]!, DIALECTS[3]!] }],
  ['a dialect fewer at the end', { dialects: DIALECTS.slice(0, 3) }],
  ['a dialect fewer at the start', { dialects: DIALECTS.slice(1) }],
  ['a dialect more', { dialects: [...DIALECTS, Dialect.SMB_3_1_1] }],
  ['no dialects', { dialects: [] }],
];

function changed(guid: string, at: number): string {
  return `${guid.slice(0, at)}${guid[at] === '0' ? '1' : '0'}${guid.slice(at + 1)}`;
}

function validate({ client, treeId }: Mount, input: Uint8Array, maxOutputResponse = 24) {
  const body = {
    ctlCode: FsctlCode.VALIDATE_NEGOTIATE_INFO,
    fileId: ANY_FILE_ID,
    input,
    output: NOTHING,
    maxInputResponse: 0,
    maxOutputResponse,
    flags: 1,
  };
  return client.request(Command.IOCTL, ioctlRequest, ioctlResponse, body, { treeId });
}

async function connected(dialects: readonly number[] = DIALECTS) {
  const h = startServer();
  return { h, m: await mount(await h.logOn({ dialects, clientGuid: CLIENT_GUID })) };
}

test('a client that asks what it said in NEGOTIATE hears what the server said [MS-SMB2 3.3.5.15.12]', async (t) => {
  const { h, m } = await connected();
  const { body } = await validate(m, encode(validateNegotiateInfoRequest, SAID));
  const { capabilities, securityMode, dialectRevision } = m.client.negotiated!;
  t.deepEqual(decode(validateNegotiateInfoResponse, body!.output), {
    capabilities,
    securityMode,
    dialect: dialectRevision,
    guid: h.server.config.serverGuid,
  });
  t.is(await statusOf(validate(m, encode(validateNegotiateInfoRequest, SAID), 23)), NtStatus.STATUS_INVALID_PARAMETER);
});

for (const [what, change] of CHANGES) {
  test(`a NEGOTIATE that arrived with another value ends the connection: ${what} [MS-SMB2 3.3.5.15.12]`, async (t) => {
    const { h, m } = await connected();
    const asked = validate(m, encode(validateNegotiateInfoRequest, { ...SAID, ...change }));
    await t.throwsAsync(asked, { message: /connection closed/ });
    t.is(h.server.sessions.size, 0);
  });
}

test('a 3.1.1 client that asks for the values of its NEGOTIATE loses its connection [MS-SMB2 3.3.5.15.12]', async (t) => {
  const { m } = await connected([Dialect.SMB_3_1_1]);
  const asked = validate(m, encode(validateNegotiateInfoRequest, { ...SAID, dialects: [Dialect.SMB_3_1_1] }));
  await t.throwsAsync(asked, { message: /connection closed/ });
});
