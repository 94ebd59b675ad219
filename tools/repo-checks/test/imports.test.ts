import { readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import test from 'ava';
import { packageOf, root, sourceFiles } from '../src/tree.ts';

/**
 * Who may import whom: docs/architecture.md's table, lowest first. `testing` entries follow the
 * same rule.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'ms-dtyp': [],
  'smb2-codec': ['ms-dtyp'],
  'smb-compression': ['ms-dtyp', 'smb2-codec'],
  'smb-crypto': [],
  spnego: [],
  'ntlm-auth': ['ms-dtyp'],
  dcerpc: ['ms-dtyp'],
  'oplock-lease': [],
  'vfs-adapter': ['ms-dtyp'],
  'transport-tcp': [],
  'smb2-server': [
    'ms-dtyp',
    'smb2-codec',
    'smb-compression',
    'smb-crypto',
    'spnego',
    'ntlm-auth',
    'dcerpc',
    'oplock-lease',
    'vfs-adapter',
  ],
};

/** Packages that are bytes and values only: no socket, file, timer or clock of Node's. */
const PURE = ['ms-dtyp', 'smb2-codec', 'smb-compression', 'spnego', 'dcerpc', 'oplock-lease', 'smb2-server'];
/** The one file where each of these touches node:crypto. */
const CRYPTO_SEAMS = ['packages/smb-crypto/src/node-crypto.ts', 'packages/ntlm-auth/src/node-crypto.ts'];

/**
 * Where calls into C are made: the POSIX back end, OpenSSL, and what looks at a disk past the back
 * end.
 */
const KOFFI_SEAMS =
  /^(packages\/(vfs-adapter\/(src\/posix|test)\/|smb-crypto\/src\/openssl-calls\.ts)|tools\/access-property\/src\/disk\.ts)/;

/**
 * Imports and exports that name a module, whole-module and dynamic imports, and `createRequire`'s
 * require.
 */
const STATEMENT =
  /^(?:import|export)\s(?:[^'";]*?\sfrom\s)?\s*['"]([^'"]+)['"]|(?:\bimport|createRequire\(import\.meta\.url\))\(\s*['"]([^'"]+)['"]/gm;

interface Import {
  readonly file: string;
  readonly specifier: string;
}

const imports: Import[] = sourceFiles().flatMap((file) => {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(STATEMENT)].map((match) => ({ file, specifier: (match[1] ?? match[2])! }));
});

test('every import between packages points down the table', (t) => {
  t.true(imports.length > 100);
  for (const { file, specifier } of imports) {
    if (!specifier.startsWith('@tsmbd/') || file.includes(`${sep}test${sep}`)) continue;
    const allowed = MAY_IMPORT[packageOf(file).replace('packages/', '')];
    // apps and tools know everything.
    if (allowed === undefined) continue;
    t.true(allowed.includes(specifier.split('/')[1]!), `${file} imports ${specifier}`);
  }
});

test('relative imports stay in their package and name the file', (t) => {
  for (const { file, specifier } of imports) {
    if (!specifier.startsWith('.')) continue;
    const target = relative(root, join(root, file, '..', specifier));
    t.is(packageOf(target), packageOf(file), `${file} imports ${specifier}`);
    t.regex(specifier, /\.(ts|json)$/, `${file} imports ${specifier}`);
  }
});

test('pure packages know nothing of Node', (t) => {
  for (const { file, specifier } of imports) {
    const owner = packageOf(file).replace('packages/', '');
    if (!PURE.includes(owner) || !file.includes(`${sep}src${sep}`)) continue;
    t.false(specifier.startsWith('node:'), `${file} imports ${specifier}`);
  }
});

test('node:crypto has one seam in each package that needs it', (t) => {
  for (const { file, specifier } of imports) {
    if (specifier !== 'node:crypto' || !/^packages\/(smb-crypto|ntlm-auth)\/src/.test(file)) continue;
    t.true(CRYPTO_SEAMS.includes(file), `${file} imports node:crypto`);
  }
});

test('koffi is touched where the system is called, and where OpenSSL is', (t) => {
  const users = imports.filter(({ specifier }) => specifier === 'koffi');
  t.true(users.length > 0);
  for (const { file } of users) {
    t.regex(file, KOFFI_SEAMS);
  }
});

test('what a package imports, its package.json names', (t) => {
  for (const { file, specifier } of imports) {
    if (specifier.startsWith('.') || specifier.startsWith('node:')) continue;
    const owner = packageOf(file);
    const manifest = JSON.parse(readFileSync(join(root, owner, 'package.json'), 'utf8')) as Record<
      string,
      Record<string, string>
    >;
    const name = specifier
      .split('/')
      .slice(0, specifier.startsWith('@') ? 2 : 1)
      .join('/');
    const isTest = file.includes(`${sep}test${sep}`) || file.includes(`${sep}bench${sep}`);
    const known =
      name in (manifest['dependencies'] ?? {}) ||
      name in (manifest['optionalDependencies'] ?? {}) ||
      (isTest &&
        (name === 'ava' ||
          name in (manifest['devDependencies'] ?? {}) ||
          name === (manifest['name'] as unknown as string)));
    t.true(known, `${file} imports ${specifier}`);
  }
});
