import test from 'ava';
import {
  decodeNegToken,
  encodeNegTokenInit,
  encodeNegTokenResp,
  initialToken,
  MechOid,
  SpnegoError,
} from '../src/index.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

test('the server speaks first with the token that Windows sends [MS-SPNG 2.2.1]', (t) => {
  const mechs = [MechOid.NEGOEX, MechOid.MS_KERBEROS, MechOid.KERBEROS, MechOid.KERBEROS_USER_TO_USER, MechOid.NTLMSSP];
  t.is(hex(initialToken(mechs)), WINDOWS_INIT2);
  const token = decodeNegToken(bytes(WINDOWS_INIT2));
  t.deepEqual(token, { kind: 'init', init: { mechTypes: mechs, hintName: 'not_defined_in_RFC4178@please_ignore' } });
});

test('tokens of a Windows client and server decode and encode to the same bytes [RFC 4178 4.2]', (t) => {
  for (const text of [TOKEN1, TOKEN2, TOKEN4]) {
    const token = decodeNegToken(bytes(text));
    const again = token.kind === 'init' ? encodeNegTokenInit(token.init) : encodeNegTokenResp(token.resp);
    t.is(hex(again), text);
  }
});

test('every prefix of a token is malformed [RFC 4178 4.2]', (t) => {
  for (const text of [TOKEN1, TOKEN4, WINDOWS_INIT2]) {
    const whole = bytes(text);
    for (let n = 0; n < whole.length; n++) {
      t.throws(() => decodeNegToken(whole.subarray(0, n)), { instanceOf: SpnegoError }, `${n} bytes`);
    }
  }
});

test('a token with bytes behind it is malformed', (t) => {
  for (const text of [TOKEN1, TOKEN4, WINDOWS_INIT2]) {
    for (const more of ['00', '0500', TOKEN1]) {
      t.throws(() => decodeNegToken(bytes(text + more)), { instanceOf: SpnegoError, message: /malformed/ });
    }
  }
});

test('a token of another mechanism in the frame of GSS-API is malformed [RFC 2743 3.1]', (t) => {
  // 1.3.6.1.5.5.2 is SPNEGO.
  t.notThrows(() => decodeNegToken(bytes(TOKEN1)));
  t.true(TOKEN1.startsWith('604806062b0601050502'));
  const other = bytes(TOKEN1.replace('2b0601050502', '2b0601050503'));
  t.throws(() => decodeNegToken(other), { instanceOf: SpnegoError, message: /not SPNEGO/ });
});

test('flipped bytes are a token or malformed, never another error', (t) => {
  for (const text of [TOKEN1, TOKEN4, WINDOWS_INIT2]) {
    const whole = bytes(text);
    for (let n = 0; n < whole.length; n++) {
      for (const value of [0x00, 0x7f, 0x80, 0xff, whole[n]! ^ 1, whole[n]! ^ 0x20]) {
        const changed = whole.slice();
        changed[n] = value;
        try {
          decodeNegToken(changed);
        } catch (error) {
          if (!(error instanceof SpnegoError)) t.fail(`${n}: ${error}`);
        }
      }
    }
  }
  t.pass();
});

/**
 * secdev/scapy test/scapy/layers/ntlm.uts "GSSAPI - Verify real exchange" (Windows 10 and Server
 * 2019).
 */
const WINDOWS_INIT2 =
  '607606062b0601050502a06c306aa03c303a060a2b06010401823702021e06092a864882f71201020206092a864886f712010202060a2a864886f71201020203060a2b06010401823702020aa32a3028a0261b246e6f745f646566696e65645f696e5f5246433431373840706c656173655f69676e6f7265';
const TOKEN1 =
  '604806062b0601050502a03e303ca00e300c060a2b06010401823702020aa22a04284e544c4d5353500001000000978208e2000000000000000000000000000000000a00614a0000000f';
const TOKEN2 =
  'a181ca3081c7a0030a0101a10c060a2b06010401823702020aa281b10481ae4e544c4d53535000020000000c000c0038000000158289e2dd92cd56cf74c60300000000000000006a006a00440000000a0063450000000f44004f004d00410049004e0002000c0044004f004d00410049004e00010006004400430031000400180064006f006d00610069006e002e006c006f00630061006c00030020004400430031002e0064006f006d00610069006e002e006c006f00630061006c000700080002ea8ee8d28dd90100000000';
const TOKEN4 = 'a11b3019a0030a0100a312041001000000e3396156bc4223dc00000000';
