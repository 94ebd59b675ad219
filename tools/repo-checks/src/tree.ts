import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The files of the tree, tracked or not yet, that git does not ignore. */
export function files(): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  return listed.split('\0').filter((file) => file !== '' && existsSync(join(root, file)));
}

/** The TypeScript files of packages, apps and tools. */
export function sourceFiles(): string[] {
  return files().filter((file) => /^(packages|apps|tools)\/.*\.ts$/.test(file));
}

/** `packages/smb2-codec/src/index.ts` → `packages/smb2-codec`. */
export function packageOf(file: string): string {
  return file.split('/').slice(0, 2).join('/');
}
