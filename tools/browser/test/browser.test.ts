import { gzipSync } from 'node:zlib';
import { missingPeers } from '@tsmbd/tool-test';
import test from 'ava';
import { bundle, bundleTests, runInChromium } from '../src/index.ts';

/** Bytes that the codec may weigh in a page, compressed. */
const CODEC_LIMIT = 60_000;

test('smb2-codec with ms-dtyp bundles for a page, in less than 60 kB of gzip', async (t) => {
  const bytes = await bundle('@tsmbd/smb2-codec');
  const zipped = gzipSync(bytes, { level: 9 }).length;
  t.log(`${bytes.length} bytes, ${zipped} with gzip`);
  t.true(zipped < CODEC_LIMIT, `${zipped}`);
});

test('smb-compression bundles for a page', async (t) => {
  const bytes = await bundle('@tsmbd/smb-compression');
  const zipped = gzipSync(bytes, { level: 9 }).length;
  t.log(`${zipped} bytes with gzip, what it takes of the codec too`);
  t.true(zipped < CODEC_LIMIT / 3, `${zipped}`);
});

const withChromium = missingPeers(['chromium']).length === 0 ? test.serial : test.serial.skip;

withChromium('the tests of structures and dissection pass in headless Chromium too', async (t) => {
  const results = await runInChromium(
    await bundleTests([
      'packages/smb2-codec/test/structures.test.ts',
      'packages/smb2-codec/test/message.test.ts',
      'packages/smb2-codec/test/dissect.test.ts',
      'packages/smb2-codec/test/sections.test.ts',
      'packages/ms-dtyp/test/recording-reader.test.ts',
      'packages/ms-dtyp/test/security-descriptor.test.ts',
    ]),
  );
  t.log(`${results.browser}: ${results.passed} passed`);
  t.deepEqual(results.failures, []);
  t.true(results.passed > 600, `${results.passed}`);
});
