import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { RepositoryCopy } from '../src/bundle/repository.ts';
import { RUN_SCRIPT } from '../src/bundle/run-script.ts';
import { librariesIn } from '../src/bundle/system-files.ts';

test('the libraries that ldd names, and the loader', (t) => {
  const output = [
    '\tlinux-vdso.so.1 (0x00007ffd3a7f2000)',
    '\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f0e4a8e0000)',
    '\tlibcephfs.so.2 => not found',
    '\t/lib64/ld-linux-x86-64.so.2 (0x00007f0e4a9e4000)',
    '',
  ].join('\n');
  t.deepEqual(librariesIn(output), ['/lib/x86_64-linux-gnu/libm.so.6', '/lib64/ld-linux-x86-64.so.2']);
});

test('the script of a bundle is one that sh can read', (t) => {
  t.notThrows(() => execFileSync('sh', ['-n'], { input: RUN_SCRIPT }));
});

test('a copy of the bench says how it is used, without anything of the repository', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tsmbd-copy-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const copy = new RepositoryCopy(fileURLToPath(new URL('../../../', import.meta.url)), folder);
  for (const name of ['tools/bench', 'apps/server']) copy.add(name);
  t.true(existsSync(join(folder, 'packages/smb2-codec/package.json')));
  t.true(existsSync(join(folder, 'packages/vfs-adapter/node_modules/koffi/package.json')));
  // Neither tests nor what only tests and developers need.
  t.false(existsSync(join(folder, 'tools/bench/test')));
  t.false(existsSync(join(folder, 'tools/fixtures')));
  const parse = join(folder, 'tools/bench/src/parse.ts');
  writeFileSync(
    parse,
    "console.log(String((await import('./options.ts')).parseOptions(['--clients', '3']).clients));\n",
  );
  t.is(execFileSync(process.execPath, [parse], { encoding: 'utf8' }), '3\n');
  const help = execFileSync(process.execPath, [join(folder, 'apps/server/src/main.ts'), '--help'], {
    encoding: 'utf8',
  });
  t.regex(help, /serve/);
});
