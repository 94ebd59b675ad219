import { VfsError, type VfsPath } from './vfs.ts';

/** The longest name in UTF-16 units that SMB can carry, [MS-FSCC] 2.1.5. */
export const MAX_NAME_UNITS = 255;

/**
 * Refuses what cannot be a single name: '', '.', '..', and anything that contains '/' or NUL
 * (`invalid-name`), and names longer than 255 units (`name-too-long`). Every name passes this check
 * before it is used in a directory.
 */
export function checkName(name: string): void {
  const length = name.length;
  if (length === 0) throw new VfsError('invalid-name', 'empty');
  if (length > MAX_NAME_UNITS) throw new VfsError('name-too-long');
  if (name.charCodeAt(0) === DOT && (length === 1 || (length === 2 && name.charCodeAt(1) === DOT))) {
    throw new VfsError('invalid-name', name);
  }
  for (let i = 0; i < length; i++) {
    const unit = name.charCodeAt(i);
    if (unit === SLASH || unit === 0) throw new VfsError('invalid-name', 'holds a slash or NUL');
  }
}

/** checkName for every name of a path. */
export function checkPath(path: VfsPath): void {
  for (let i = 0; i < path.length; i++) checkName(path[i]!);
}

const DOT = 0x2e;
const SLASH = 0x2f;
