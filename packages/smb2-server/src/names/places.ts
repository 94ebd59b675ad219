import { foldName, sameName, type VfsPath } from '@tsmbd/vfs-adapter';
import { type Share, shareKey } from '../config.ts';
import type { Place } from '../model/index.ts';

const roots = new WeakMap<Share, VfsPath>();

/** Where a share's root is; the same array each time. */
export function rootOf(share: Share): VfsPath {
  let root = roots.get(share);
  if (root === undefined) {
    // No name of the machine's has a NUL, and none is empty: such a share lies in no other.
    root = share.place === undefined ? [`\0${shareKey(share)}`] : ['', ...share.place];
    roots.set(share, root);
  }
  return root;
}

/**
 * Both are one share, at one place: a share may be made anew by a reload, and be elsewhere for each
 * tree.
 */
export function isSameShare(a: Share, b: Share): boolean {
  return shareKey(a) === shareKey(b) && isSamePlace(placeOf(a, []), placeOf(b, []));
}

/** Where a path of the share is. */
export function placeOf(share: Share, path: VfsPath): Place {
  return { root: rootOf(share), path };
}

/** Names from the top down to the place. */
export function depthOf({ root, path }: Place): number {
  return root.length + path.length;
}

/** `place` is `above`, or below it. */
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

/** `place` is below `above`. */
export function isBelow(place: Place, above: Place): boolean {
  return depthOf(place) > depthOf(above) && isWithin(place, above);
}

/** Both are one place. */
export function isSamePlace(a: Place, b: Place): boolean {
  return depthOf(a) === depthOf(b) && isWithin(a, b);
}

/**
 * One of the shares' roots is in the other, or they are the same: what is in one may be in the
 * other.
 */
export function areNested(root: VfsPath, other: VfsPath): boolean {
  const depth = Math.min(root.length, other.length);
  for (let i = 0; i < depth; i++) if (root[i] !== other[i]) return false;
  return true;
}

/** The place's names from the `depth`th on. */
export function namesFrom({ root, path }: Place, depth: number): VfsPath {
  return depth >= root.length ? path.slice(depth - root.length) : [...root.slice(depth), ...path];
}

/**
 * The path of a place from the share's root down: its own where it is the share's; undefined when
 * it is not in the share.
 */
export function pathIn(share: Share, place: Place): VfsPath | undefined {
  const root = rootOf(share);
  if (place.root === root) return place.path;
  return isWithin(place, { root, path: [] }) ? namesFrom(place, root.length) : undefined;
}

/**
 * What a place is known by. Places of different shares whose names differ in letter case alone are
 * taken for one.
 */
export function placeKey(place: Place): string {
  return foldName(namesFrom(place, 0).join('\\'));
}

function nameAt({ root, path }: Place, i: number): string {
  return i < root.length ? root[i]! : path[i - root.length]!;
}
