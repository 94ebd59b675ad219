import { checkName } from '../path-names.ts';
import { VfsError } from '../vfs.ts';
import type { MemoryTree } from './memory-tree.ts';
import type { MemoryNode } from './node.ts';

/** Files by path: names separated by `/`, from the root down. Text is stored as UTF-8. */
export type InitialFiles = Readonly<Record<string, string | Uint8Array>>;

/**
 * Makes the files, and the folders that they are in. The bytes are copied.
 *
 * Errors: TypeError for a path that cannot be made, or that names what another path has made;
 * VfsError `no-space` or `too-large` for a content that does not fit.
 */
export function addFiles(tree: MemoryTree, files: InitialFiles): void {
  for (const [path, content] of Object.entries(files)) {
    const names = path.split('/');
    for (const name of names) checkPart(path, name);
    const last = names.pop()!;
    let directory = tree.root.node;
    for (const name of names) directory = folder(tree, path, directory, name);
    if (tree.entry(directory, last) !== undefined) throw bad(path, 'another path has this name already');
    const node = tree.newNode('file', '');
    tree.add(directory, last, node);
    const bytes = bytesOf(path, content);
    if (bytes.length > 0) node.data!.write(bytes, 0);
  }
}

function bytesOf(path: string, content: unknown): Uint8Array {
  if (typeof content === 'string') return new TextEncoder().encode(content);
  if (content instanceof Uint8Array) return content;
  throw bad(path, 'the content is neither a string nor a Uint8Array');
}

/** The folder of this name, made if it is missing. */
function folder(tree: MemoryTree, path: string, directory: MemoryNode, name: string): MemoryNode {
  const found = tree.entry(directory, name)?.node;
  if (found === undefined) return tree.add(directory, name, tree.newNode('directory', '')).node;
  if (found.kind !== 'directory') throw bad(path, `${JSON.stringify(name)} is a file by another path`);
  return found;
}

function checkPart(path: string, name: string): void {
  // No client could name it: `\` separates names in SMB.
  if (name.includes('\\')) throw bad(path, 'names are separated by "/", and none has "\\" in it');
  try {
    checkName(name);
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
    const reason = name === '' ? 'a name is empty (no "/" at the start or the end)' : error.message;
    throw bad(path, reason, error);
  }
}

function bad(path: string, reason: string, cause?: unknown): TypeError {
  return new TypeError(`files: ${JSON.stringify(path)}: ${reason}`, { cause });
}
