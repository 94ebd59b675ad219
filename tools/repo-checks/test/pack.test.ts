import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { peersRequired } from '@tsmbd/tool-test';
import test from 'ava';
import {
  checkTypes,
  examplesOf,
  makeProject,
  nodeOfMajor,
  pack,
  problemsOfPackage,
  publishedPackages,
  runWith,
  tryToPublish,
} from '../src/published.ts';
import { root } from '../src/tree.ts';

const packages = publishedPackages();

test('every published package has a README with an example', (t) => {
  t.true(packages.length >= 11);
  for (const published of packages) t.true(examplesOf(published).length > 0, published.name);
});

test('every published package is a module with types, a licence and a Node version', (t) => {
  for (const { name, manifest } of packages) {
    t.like(manifest, { type: 'module', license: 'MIT', engines: { node: '>=24' } }, name);
    t.like(manifest['publishConfig'], { access: 'public' }, name);
    const entries = (manifest['publishConfig'] as { exports: Record<string, Record<string, string>> }).exports;
    t.deepEqual(Object.keys(entries), Object.keys(manifest['exports'] as object), name);
    for (const entry of Object.values(entries)) t.deepEqual(Object.keys(entry), ['types', 'default'], name);
  }
});

/** It builds everything and asks npm's registry: in CI, and where somebody asks for it. */
const whenAsked = peersRequired() || process.env['TSMBD_PACK'] === '1' ? test : test.skip;

whenAsked('packed and installed outside the workspace, every package does what its README shows', async (t) => {
  t.timeout(240_000);
  const folder = mkdtempSync(join(tmpdir(), 'tsmbd-pack-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const tarballs = new Map<string, string>();
  for (const published of packages) tarballs.set(published.name, join(folder, await pack(published, folder)));

  for (const [name, tarball] of tarballs) {
    t.deepEqual(await problemsOfPackage(tarball), [], name);
    await t.notThrowsAsync(tryToPublish(tarball), name);
  }

  const project = join(folder, 'outside');
  await makeProject(project, tarballs, { '@types/node': '^26.0.0' });
  // What a program of a README reads when it is not told otherwise.
  writeFileSync(join(project, 'capture.pcap'), gunzipSync(readFileSync(join(root, CAPTURE))));
  const programs = packages.flatMap(({ name, ...published }) =>
    examplesOf({ name, ...published }).map((text, i) => ({ name, text, file: fileOf(name, i) })),
  );
  for (const { file, text } of programs) writeFileSync(join(project, file), text);
  await t.notThrowsAsync(checkTypes(project), 'type declarations');

  const node24 = await nodeOfMajor(24, join(folder, 'node24'));
  if (node24 === undefined) t.log('Node 24 could not be had from npm: examples ran with this Node only');
  for (const node of [process.execPath, ...(node24 === undefined ? [] : [node24])]) {
    for (const { name, file } of programs)
      await t.notThrowsAsync(runWith(node, project, file), `${name}, ${file}, ${node}`);
  }
});

const CAPTURE = 'test-fixtures/smbd-smbclient-311-unsigned.pcap.gz';

function fileOf(name: string, i: number): string {
  return `${name.split('/')[1]}-${i + 1}.ts`;
}
