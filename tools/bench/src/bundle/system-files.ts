import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Copies of a machine's programs and libraries, at the same places below another root. */
export class SystemFiles {
  readonly #root: string;
  readonly #seen = new Set<string>();

  /** @param root the folder that becomes `/` */
  constructor(root: string) {
    this.#root = root;
    // Where /lib and /bin are links into /usr, they are so in the copy.
    for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
      const link = `/${name}`;
      mkdirSync(join(root, 'usr', name), { recursive: true });
      if (existsSync(link) && lstatSync(link).isSymbolicLink()) symlinkSync(readlinkSync(link), join(root, name));
      else mkdirSync(join(root, name), { recursive: true });
    }
  }

  /** Copies a program or a library, and all libraries that it is linked with. */
  withLibraries(path: string, target = path): void {
    this.copy(path, target);
    const { stdout } = spawnSync('ldd', [path], { encoding: 'utf8' });
    for (const library of librariesIn(stdout)) this.copy(library);
  }

  /**
   * Copies a folder's libraries with those that they need. A library of which something is not
   * installed is left out, since nobody can load it here either, and so is what is for Python.
   *
   * @param without folders inside that are left out
   */
  allLibraries(folder: string, without: readonly string[] = []): void {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (entry.isDirectory() || !/\.so(\.|$)/.test(entry.name)) continue;
      const path = join(entry.parentPath, entry.name);
      if (without.some((name) => path.startsWith(join(folder, name, '/')))) continue;
      const { stdout } = spawnSync('ldd', [path], { encoding: 'utf8' });
      if (/not found|libpython/.test(stdout)) continue;
      this.copy(path);
      for (const library of librariesIn(stdout)) this.copy(library);
    }
  }

  /** Copies one file, with the content that its name leads to. */
  copy(path: string, target = path): void {
    if (this.#seen.has(target)) return;
    this.#seen.add(target);
    const folder = existsSync(dirname(target)) ? realpathSync(dirname(target)) : dirname(target);
    const place = join(this.#root, folder, basename(target));
    mkdirSync(dirname(place), { recursive: true });
    copyFileSync(realpathSync(path), place);
  }
}

/** The files in the output of ldd(1): libraries, and the loader itself. */
export function librariesIn(output: string): string[] {
  return output.split('\n').flatMap((line) => /^\s+(?:\S+ => )?(\/\S+) \(0x[0-9a-f]+\)$/.exec(line)?.[1] ?? []);
}
