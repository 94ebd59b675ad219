import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import test from 'ava';
import { Analyzer, KeyRing } from '../src/index.ts';
import { decrypt, decryptCts, derive, EncryptionType, nFold } from '../src/kerberos/crypto.ts';
import { readKeytab } from '../src/kerberos/keytab.ts';
import { readApReq } from '../src/kerberos/logon.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

test('n-fold gives the answers of RFC 3961 A.1', (t) => {
  t.is(hex(nFold(ascii('012345'), 8)), 'be072631276b1955');
  t.is(hex(nFold(ascii('password'), 7)), '78a07b6caf85fa');
  t.is(hex(nFold(ascii('Rough Consensus, and Running Code'), 8)), 'bb6ed30870b7f0e0');
  t.is(hex(nFold(ascii('kerberos'), 16)), '6b65726265726f737b9b5b2b93132b93');
});

test('cipher text stealing gives the answers of RFC 3962 B', (t) => {
  const key = ascii('chicken teriyaki');
  const text = "I would like the General Gau's Chicken, please, and wonton soup.";
  for (const [length, cipher] of [
    [17, 'c6353568f2bf8cb4d8a580362da7ff7f97'],
    [31, 'fc00783e0efdb2c1d445d4c8eff7ed2297687268d6ecccc0c07b25e25ecfe5'],
    [32, '39312523a78662d5be7fcbcc98ebf5a897687268d6ecccc0c07b25e25ecfe584'],
    [48, '97687268d6ecccc0c07b25e25ecfe5849dad8bbb96c4cdc03bc103e1a194bbd839312523a78662d5be7fcbcc98ebf5a8'],
  ] as const) {
    t.is(Buffer.from(decryptCts(key, bytes(cipher))).toString('latin1'), text.slice(0, length), `${length} bytes`);
  }
});

test('a key for a usage is derived as MIT derives it [RFC 3961 5.1]', (t) => {
  const key = bytes('42263c6e89f4fc28b8df68ee09799f15');
  t.is(hex(derive(key, 2, 0x99)), '34280a382bc92769b2da2f9ef066854b');
});

test('a keytab of MIT: entries, holes, version numbers', (t) => {
  const u16 = (n: number): Uint8Array => new Uint8Array([n >> 8, n & 255]);
  const data = (text: string): Buffer => Buffer.concat([u16(text.length), ascii(text)]);
  const entry = Buffer.concat([
    u16(2),
    data('EXAMPLE'),
    data('cifs'),
    data('server'),
    new Uint8Array([0, 0, 0, 1, 0, 0, 0, 0, 7]),
    u16(18),
    u16(4),
    ascii('keyk'),
    new Uint8Array([0, 0, 1, 2]),
  ]);
  const length = (n: number): Buffer => {
    const b = Buffer.alloc(4);
    b.writeInt32BE(n);
    return b;
  };
  const file = new Uint8Array(
    Buffer.concat([new Uint8Array([5, 2]), length(-3), new Uint8Array(3), length(entry.length), entry]),
  );
  t.deepEqual(readKeytab(file), [
    { principal: 'cifs/server@EXAMPLE', version: 258, type: 18, value: new Uint8Array(Buffer.from('keyk')) },
  ]);
  for (let cut = 0; cut < file.length; cut++) {
    try {
      t.true(readKeytab(file.subarray(0, cut)).length <= 1);
    } catch (error) {
      t.is((error as Error).name, 'KerberosError');
    }
  }
});

const FIXTURES = fileURLToPath(new URL('./fixtures/', import.meta.url));

for (const name of ['aes256', 'aes128-cts', 'arcfour-hmac']) {
  test(`a keytab opens the sessions of a logon with Kerberos: ${name} [MS-SMB2 3.3.5.5.3]`, (t) => {
    const capture = gunzipSync(readFileSync(`${FIXTURES}kerberos-${name}.pcap.gz`));
    const keys = new KeyRing();
    keys.kerberosKeys.push(...readKeytab(new Uint8Array(readFileSync(`${FIXTURES}kerberos-${name}.keytab`))));
    const users = new Set<string | undefined>();
    let encrypted = 0;
    let signed = 0;
    const analyzer = new Analyzer(
      {
        pdu: ({ kind, sealed, signature, session, problem }) => {
          t.is(kind, 'smb2');
          t.is(problem, undefined);
          t.true(signature === 'none' || signature === 'good');
          if (sealed) encrypted++;
          if (signature === 'good') signed++;
          if (sealed) users.add(session?.user);
        },
      },
      { keys },
    );
    analyzer.push(capture);
    analyzer.end();
    t.true(encrypted >= 24);
    t.true(signed >= 1);
    t.deepEqual([...users], ['root@TEST.EXAMPLE']);
  });
}

test('an AP-REQ may be anything: a logon, none, or a KerberosError', (t) => {
  const capture = gunzipSync(readFileSync(`${FIXTURES}kerberos-aes256.pcap.gz`));
  const keys = readKeytab(new Uint8Array(readFileSync(`${FIXTURES}kerberos-aes256.keytab`)));
  // RFC 4121 4.1: the OID, 01 00, then the AP-REQ.
  const at = capture.indexOf(Buffer.from('06092a864886f71201020201006e', 'hex'));
  t.true(at > 0);
  const request = new Uint8Array(capture.subarray(at + 13, at + 17 + capture.readUInt16BE(at + 15)));
  let logons = 0;
  for (let i = 0; i < request.length; i += 3) {
    for (const value of [0, 0xff, request[i]! ^ 1]) {
      const token = request.slice();
      token[i] = value;
      try {
        if (readApReq(token, keys) !== undefined) logons++;
      } catch (error) {
        t.is((error as Error).name, 'KerberosError');
      }
    }
  }
  t.true(logons > 0);
});

test('a key that does not fit gives nothing', (t) => {
  for (const type of Object.values(EncryptionType)) {
    const value = new Uint8Array(type === EncryptionType.AES256_SHA1 ? 32 : 16);
    t.is(decrypt({ type, value }, 2, new Uint8Array(60)), undefined);
    t.is(decrypt({ type, value }, 2, new Uint8Array(3)), undefined);
  }
});
