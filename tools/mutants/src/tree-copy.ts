import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { mutate } from './faults.ts';
import type { Mutant } from './mutant.ts';

/**
 * A copy of the tree in a temporary folder, in which rules can be broken. pnpm's links between the
 * packages of the tree are relative, so copied links lead into the copy. Third-party packages are
 * those of the original tree; nothing here writes to them.
 */
export class TreeCopy {
  readonly root: string;

  constructor(original: string) {
    this.root = realpathSync(mkdtempSync(join(tmpdir(), 'tsmbd-mutants-')));
    try {
      copyFiles(original, this.root);
      copyLinks(original, this.root);
      // Some tests ask git which files exist.
      execFileSync('git', ['init', '--quiet'], { cwd: this.root });
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  /** Breaks the rule, runs `whileBroken`, and restores the rule. */
  async with<T>(mutant: Mutant, whileBroken: () => Promise<T>): Promise<T> {
    const path = join(this.root, mutant.file);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, mutate(text, mutant));
    try {
      return await whileBroken();
    } finally {
      if (existsSync(path)) writeFileSync(path, text);
    }
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The files that git tracks or would track. */
function copyFiles(original: string, copy: string): void {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: original,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  for (const file of listed.split('\0')) {
    if (file === '' || !existsSync(join(original, file))) continue;
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    copyFileSync(join(original, file), join(copy, file));
  }
}

/**
 * node_modules of the root and of each package, as links; the store of packages itself is shared.
 */
function copyLinks(original: string, copy: string): void {
  mkdirSync(join(copy, 'node_modules'));
  for (const name of readdirSync(join(original, 'node_modules'))) {
    if (name.startsWith('.') && name !== '.bin') continue;
    copyTree(join('node_modules', name), original, copy);
  }
  symlinkSync(join(original, 'node_modules', '.pnpm'), join(copy, 'node_modules', '.pnpm'));
  for (const group of ['packages', 'apps', 'tools']) {
    for (const name of readdirSync(join(copy, group))) {
      const modules = join(group, name, 'node_modules');
      if (!existsSync(join(original, modules))) continue;
      copyTree(modules, original, copy);
      checkLinks(join(copy, modules, '@tsmbd'), copy);
    }
  }
}

function copyTree(path: string, original: string, copy: string): void {
  cpSync(join(original, path), join(copy, path), { recursive: true, verbatimSymlinks: true });
}

/** Through a link out of the copy, the tests would see rules that nobody broke. */
function checkLinks(folder: string, copy: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const link = join(folder, name);
    if (!lstatSync(link).isSymbolicLink() || !realpathSync(link).startsWith(copy + sep)) {
      throw new Error(`${link} leads out of the copy, to ${readlinkSync(link)}`);
    }
  }
}
