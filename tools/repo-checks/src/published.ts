import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { root } from './tree.ts';

const execute = promisify(execFile);

/** A package in the form in which its users get it. */
export interface Published {
  readonly name: string;
  /** From the repository's root. */
  readonly folder: string;
  /** The package.json of the tree. */
  readonly manifest: Readonly<Record<string, unknown>>;
}

/** Packages that changesets would publish. */
export function publishedPackages(): Published[] {
  return ['packages', 'apps'].flatMap((parent) =>
    readdirSync(join(root, parent)).flatMap((child) => {
      const folder = join(parent, child);
      if (!existsSync(join(root, folder, 'package.json'))) return [];
      const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Record<string, unknown>;
      return manifest['private'] === true ? [] : [{ name: String(manifest['name']), folder, manifest }];
    }),
  );
}

/** Builds a package and packs it into `destination`; returns the tarball's file name. */
export async function pack(published: Published, destination: string): Promise<string> {
  const cwd = join(root, published.folder);
  rmSync(join(cwd, 'dist'), { recursive: true, force: true });
  await execute('tsc', ['-p', 'tsconfig.build.json'], { cwd });
  await execute('pnpm', ['pack', '--pack-destination', destination], { cwd });
  const version = String(published.manifest['version']);
  return `${published.name.replace('@', '').replace('/', '-')}-${version}.tgz`;
}

/**
 * The faults that publint and attw find. These tools examine packages in the form in which users
 * get them; attw examines the types.
 */
export async function problemsOfPackage(tarball: string): Promise<string[]> {
  const data = Uint8Array.from(readFileSync(tarball));
  const { messages, pkg } = await publint({ pack: { tarball: data.buffer } });
  const found = messages.map((message) => formatMessage(message, pkg) ?? message.code);
  const types = await checkPackage(createPackageFromTarballData(data));
  if (!types.types) return [...found, 'no types'];
  // The packages are modules, so programs that cannot load modules cannot load them.
  const expected = ['node10', 'node16-cjs'];
  const wrong = types.problems.filter((problem) => {
    return !('resolutionKind' in problem) || !expected.includes(problem.resolutionKind);
  });
  return [...found, ...wrong.map((problem) => JSON.stringify(problem))];
}

/** Does what `npm publish` would do, without sending. Rejects if npm would refuse. */
export async function tryToPublish(tarball: string): Promise<void> {
  await execute('npm', ['publish', '--dry-run', '--access', 'public', '--tag', 'next', tarball]);
}

/**
 * The TypeScript blocks of a package's README. Each is a program that runs unchanged. A block that
 * does not run is marked `ts fragment`.
 */
export function examplesOf(published: Published): string[] {
  const readme = join(root, published.folder, 'README.md');
  if (!existsSync(readme)) return [];
  return [...readFileSync(readme, 'utf8').matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1]!);
}

/**
 * An empty project outside the workspace. The tarballs are installed in it, with their dependencies
 * from npm's registry.
 */
export async function makeProject(folder: string, tarballs: ReadonlyMap<string, string>, more: object): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const dependencies = Object.fromEntries([...tarballs].map(([name, file]) => [name, `file:${file}`]));
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'outside', private: true, type: 'module', dependencies: { ...dependencies, ...more } }),
  );
  await execute('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'], { cwd: folder });
}

/** Type-checks a project against the published declarations. */
export async function checkTypes(folder: string): Promise<void> {
  const compilerOptions = {
    target: 'ES2024',
    lib: ['ES2024', 'ESNext.Disposable'],
    module: 'NodeNext',
    strict: true,
    noEmit: true,
    types: ['node'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  await execute('tsc', ['-p', 'tsconfig.json'], { cwd: folder });
}

/** Runs a file of the project. Rejects with its output if it fails or takes too long. */
export async function runWith(node: string, folder: string, file: string): Promise<void> {
  const env = { PATH: process.env['PATH'] };
  await execute(node, ['--disable-warning=ExperimentalWarning', file], { cwd: folder, env, timeout: 20_000 });
}

/**
 * The newest Node of a major version, from npm's package `node`; undefined if it cannot be
 * downloaded.
 */
export async function nodeOfMajor(major: number, folder: string): Promise<string | undefined> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  try {
    await execute('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', `node@${major}`], { cwd: folder });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  }
  const node = join(folder, 'node_modules', 'node', 'bin', 'node');
  return existsSync(node) ? node : undefined;
}
