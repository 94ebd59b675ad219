import type { MaybePromise, Vfs, VfsErrorCode, VfsHandle, VfsOpenOptions, VfsPath } from '../vfs.ts';
import { VfsError } from '../vfs.ts';

/** The assertions that the suite needs; AVA's `t` has them. */
export interface ComplianceAssertions {
  is(actual: unknown, expected: unknown, message?: string): unknown;
  deepEqual(actual: unknown, expected: unknown, message?: string): unknown;
  true(actual: unknown, message?: string): unknown;
  fail(message?: string): unknown;
}

/** One empty file system to test. */
export interface ComplianceSubject {
  readonly vfs: Vfs;
  /** Makes a symbolic link; absent if the back end has none. */
  readonly symlink?: (path: VfsPath, target: string) => void;
  /**
   * Changes names without the back end's knowledge, as another process would; absent if nobody can
   * do that.
   */
  readonly behind?: {
    readonly write: (path: VfsPath) => void;
    readonly remove: (path: VfsPath) => void;
    readonly rename: (path: VfsPath, to: VfsPath) => void;
  };
  /**
   * Another file system of the same kind, as a share in which nothing can be changed; absent if
   * there is none.
   */
  readonly readOnly?: () => Vfs;
  /** Discards the file system. */
  readonly end: () => MaybePromise<void>;
}

/** Abilities that not every back end has, or can show. */
export type ComplianceNeed =
  | 'symlink'
  | 'behind'
  | 'readOnly'
  | 'dosAttributes'
  | 'extendedAttributes'
  | 'securityDescriptors'
  | 'streams';

/** Whether the file system has the ability. */
export function has({ vfs, symlink, behind, readOnly }: ComplianceSubject, need: ComplianceNeed): boolean {
  if (need === 'symlink') return symlink !== undefined;
  if (need === 'behind') return behind !== undefined;
  if (need === 'readOnly') return readOnly !== undefined;
  return vfs.features[need];
}

/** One behaviour: its title, and the test that shows it. */
export interface ComplianceCase {
  readonly title: string;
  /** The ability without which there is nothing to test. */
  readonly needs?: ComplianceNeed;
  readonly run: (t: ComplianceAssertions, subject: ComplianceSubject) => Promise<void>;
}

export const FILE: VfsOpenOptions = { disposition: 'open-or-create', kind: 'file', data: 'read-write' };
export const DIRECTORY: VfsOpenOptions = { disposition: 'open-or-create', kind: 'directory', data: 'none' };
export const LOOK: VfsOpenOptions = { disposition: 'open', kind: 'any', data: 'none' };

/** The handle of an open. */
export async function open(vfs: Vfs, path: VfsPath, options: VfsOpenOptions): Promise<VfsHandle> {
  return (await vfs.open(path, options)).handle;
}

/** Makes a file with this text and closes it. */
export async function make(vfs: Vfs, path: VfsPath, content = ''): Promise<void> {
  const handle = await open(vfs, path, FILE);
  await handle.write(new TextEncoder().encode(content), 0);
  await handle.close();
}

export async function makeDirectory(vfs: Vfs, path: VfsPath): Promise<void> {
  await (await open(vfs, path, DIRECTORY)).close();
}

/** The whole text of an open file. */
export async function text(handle: VfsHandle): Promise<string> {
  const { size } = await handle.stat();
  const bytes = new Uint8Array(Number(size));
  const count = await handle.read(bytes, 0);
  return new TextDecoder().decode(bytes.subarray(0, count));
}

/** The text of a file by its path. */
export async function textOf(vfs: Vfs, path: VfsPath): Promise<string> {
  const handle = await open(vfs, path, { disposition: 'open', kind: 'file', data: 'read' });
  const found = await text(handle);
  await handle.close();
  return found;
}

/** All names of a directory, sorted. They are listed `page` at a time. */
export async function names(handle: VfsHandle, page = 100): Promise<string[]> {
  const cursor = await handle.list();
  const found: string[] = [];
  for (;;) {
    const entries = await cursor.next(page);
    if (entries.length === 0) break;
    for (const { name } of entries) found.push(name);
  }
  cursor.close();
  return found.sort();
}

export async function namesOf(vfs: Vfs, path: VfsPath): Promise<string[]> {
  const handle = await open(vfs, path, { ...DIRECTORY, disposition: 'open' });
  const found = await names(handle);
  await handle.close();
  return found;
}

/**
 * Runs an action that must be refused with one of these codes. If it opened a handle all the same,
 * that handle is left open.
 */
export async function refused(
  t: ComplianceAssertions,
  codes: VfsErrorCode | readonly VfsErrorCode[],
  run: () => MaybePromise<unknown>,
  what = '',
): Promise<void> {
  const wanted: readonly VfsErrorCode[] = typeof codes === 'string' ? [codes] : codes;
  try {
    await run();
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
    t.true(wanted.includes(error.code), `${what}: refused as ${error.code}, not ${wanted.join(' or ')}`);
    return;
  }
  t.fail(`${what}: done, not refused as ${wanted.join(' or ')}`);
}
