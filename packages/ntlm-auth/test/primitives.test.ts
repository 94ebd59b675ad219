import test from 'ava';
import { ntHash } from '../src/index.ts';
import { md4 } from '../src/md4.ts';
import { hmacMd5 } from '../src/node-crypto.ts';
import { createRc4, rc4 } from '../src/rc4.ts';
import { bytes, hex } from './known-answers.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

test('MD4 gives the digests of RFC 1320 A.5', (t) => {
  t.is(hex(md4(text(''))), '31d6cfe0d16ae931b73c59d7e0c089c0');
  t.is(hex(md4(text('a'))), 'bde52cb31de33e46245e05fbdbd6fb24');
  t.is(hex(md4(text('abc'))), 'a448017aaf21d8525fc10ae87aa6729d');
  t.is(hex(md4(text('message digest'))), 'd9130a8164549fe818874806e1c7014b');
  t.is(hex(md4(text('abcdefghijklmnopqrstuvwxyz'))), 'd79e1c308aa5bbcdeea8ed63df412da9');
  const alnum = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  t.is(hex(md4(text(alnum))), '043f8582f241db351ce627e153e7f0e4');
  t.is(hex(md4(text('1234567890'.repeat(8)))), 'e33b4ddc9c38f2199c3e7b164fcc0536');
});

test('RC4 gives the widely published answers, in one piece and in several', (t) => {
  t.is(hex(rc4(text('Key'), text('Plaintext'))), 'bbf316e8d940af0ad3');
  t.is(hex(rc4(text('Wiki'), text('pedia'))), '1021bf0420');
  const stream = createRc4(text('Secret'));
  t.is(hex(stream(text('Attack'))) + hex(stream(text(' at dawn'))), '45a01f645fc35b383552544b9bf5');
});

test('HMAC-MD5 gives the answers of RFC 2202', (t) => {
  t.is(hex(hmacMd5(bytes('0b'.repeat(16)), text('Hi There'))), '9294727a3638bb1c13f48ef8158bfc9d');
  t.is(hex(hmacMd5(text('Jefe'), text('what do ya want '), text('for nothing?'))), '750c783e6ab0b503eaa86e310a5db738');
});

test('the NT hash is that of the example [MS-NLMP 4.2.2.1.1]', (t) => {
  t.is(hex(ntHash('Password')), 'a4f49c406510bdcab6824ee7c30fd852');
});
