import { foldName, sameName, type VfsPath } from '@tsmbd/vfs-adapter';
import { type Share, shareKey } from '../config.ts';
import type { Place } from '../model/index.ts';

const roots = new WeakMap<Share, VfsPath>();

/** The place of a share's root. Returns the same array each time. */
export function rootOf(share: Share): VfsPath {
  let root = roots.get(share);
  if (root === undefined) {
    // A share without a place lies inside no other share: no name on the machine contains a NUL,
    // and none is empty.
    root = share.place === undefined ? [`\0${shareKey(share)}`] : ['', ...share.place];
    roots.set(share, root);
  }
  return root;
}

/**
 * True if both are the same share at the same place. A reload may make a share anew, and a share
 * may be at a different place for each tree.
 */
export function isSameShare(a: Share, b: Share): boolean {
  return shareKey(a) === shareKey(b) && isSamePlace(placeOf(a, []), placeOf(b, []));
}

/** The place that a path of the share leads to. */
export function placeOf(share: Share, path: VfsPath): Place {
  return { root: rootOf(share), path };
}

/** The number of names from the top down to the place. */
export function depthOf({ root, path }: Place): number {
  return root.length + path.length;
}

/** True if `place` is `above`, or is below it. */
export function isWithin(place: Place, above: Place): boolean {
  const depth = depthOf(above);
  if (depthOf(place) < depth) return false;
  const exact = Math.min(place.root.length, above.root.length);
  for (let i = 0; i < depth; i++) {
    const name = nameAt(place, i);
    const other = nameAt(above, i);
    if (name !== other && (i < exact || !sameName(name, other))) return false;
  }
  return true;
}

/** True if `place` is below `above`. */
export function isBelow(place: Place, above: Place): boolean {
  return depthOf(place) > depthOf(above) && isWithin(place, above);
}

/** True if both are the same place. */
export function isSamePlace(a: Place, b: Place): boolean {
  return depthOf(a) === depthOf(b) && isWithin(a, b);
}

/** The place's names from the `depth`th on. */
export function namesFrom({ root, path }: Place, depth: number): VfsPath {
  return depth >= root.length ? path.slice(depth - root.length) : [...root.slice(depth), ...path];
}

/**
 * The path of a place from the share's root down. If the place belongs to this share, that is the
 * place's own path. Undefined if the place is not in the share.
 */
export function pathIn(share: Share, place: Place): VfsPath | undefined {
  const root = rootOf(share);
  if (place.root === root) return place.path;
  return isWithin(place, { root, path: [] }) ? namesFrom(place, root.length) : undefined;
}

/**
 * The key by which tables know a place. Places of different shares whose names differ only in
 * letter case get the same key.
 */
export function placeKey({ root, path }: Place): string {
  let key = rootKeys.get(root);
  if (key === undefined) {
    key = foldName(root.join('\\'));
    rootKeys.set(root, key);
  }
  return path.length === 0 ? key : `${key}\\${foldName(path.join('\\'))}`;
}

/** The keys of the shares' roots: a share returns the same array each time. */
const rootKeys = new WeakMap<VfsPath, string>();

function nameAt({ root, path }: Place, i: number): string {
  return i < root.length ? root[i]! : path[i - root.length]!;
}
