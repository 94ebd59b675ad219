import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * Copies packages of this repository into another folder, with all that they depend on when they
 * run: other packages of the repository, and packages of the registry. Places and links stay as
 * pnpm made them, so that Node finds everything. Tests stay here.
 */
export class RepositoryCopy {
  readonly #root: string;
  readonly #target: string;
  readonly #copied = new Set<string>();

  /**
   * @param root the repository
   * @param target an empty folder
   */
  constructor(root: string, target: string) {
    this.#root = realpathSync(root);
    this.#target = target;
  }

  /** Copies one package of the repository by its folder, as `tools/bench`. */
  add(folder: string): void {
    if (this.#copied.has(folder)) return;
    this.#copied.add(folder);
    for (const file of this.#filesOf(folder)) this.#copy(file);
    const { dependencies, optionalDependencies } = JSON.parse(
      readFileSync(join(this.#root, folder, 'package.json'), 'utf8'),
    ) as Manifest;
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      this.#link(join(folder, 'node_modules', name));
    }
  }

  /** What git knows and does not ignore, new files included. */
  #filesOf(folder: string): string[] {
    return execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z', folder], {
      cwd: this.#root,
      encoding: 'utf8',
    })
      .split('\0')
      .filter((file) => file !== '' && !file.includes('/test/') && existsSync(join(this.#root, file)));
  }

  /** Copies a link in a node_modules folder, and what it leads to. */
  #link(path: string): void {
    const source = join(this.#root, path);
    // An optional package for another system is not there.
    if (!existsSync(source) || this.#copied.has(path)) return;
    this.#copied.add(path);
    const to = relative(this.#root, realpathSync(source));
    if (lstatSync(source).isSymbolicLink()) {
      const place = join(this.#target, path);
      mkdirSync(dirname(place), { recursive: true });
      symlinkSync(readlinkSync(source), place);
    }
    if (to.startsWith(`node_modules${sep}`)) this.#fromRegistry(to);
    else this.add(to);
  }

  /**
   * Copies a package of the registry. What it depends on is beside it, in the node_modules folder
   * that pnpm made for it.
   */
  #fromRegistry(path: string): void {
    if (this.#copied.has(`${path} itself`)) return;
    this.#copied.add(`${path} itself`);
    this.#copy(path);
    // node_modules/.pnpm/<package>@<version>/node_modules/<package>
    const neighbours = path.slice(0, path.lastIndexOf(`${sep}node_modules${sep}`) + `${sep}node_modules`.length);
    for (const name of packagesIn(join(this.#root, neighbours))) this.#link(join(neighbours, name));
  }

  #copy(path: string): void {
    const place = join(this.#target, path);
    mkdirSync(dirname(place), { recursive: true });
    cpSync(join(this.#root, path), place, { recursive: true, verbatimSymlinks: true });
  }
}

/** The packages in a node_modules folder, those with a scope as `@scope/name`. */
function packagesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(folder, name)).map((inner) => `${name}/${inner}`) : [name],
    );
}
