import { foldName, type VfsPath } from '@tsmbd/vfs-adapter';
import type { Place } from '../model/index.ts';

/** One name, with all that is at this place and below it. */
interface PlaceNode<T> {
  readonly parent: PlaceNode<T> | undefined;
  readonly name: string;
  /** By their folded names. Undefined while there are none. */
  children: Map<string, PlaceNode<T>> | undefined;
  /** Undefined while nothing is here; most places have one thing, which needs no set. */
  items: T | Set<T> | undefined;
  /** The root of a share. */
  isRoot: boolean;
}

/** Says where in a tree something is. */
export type Spot<T> = PlaceNode<T>;

/**
 * Things by their places, as a tree of names. To find what is at or below a place takes as many
 * steps as the place has names and the answer has things.
 *
 * Letter case is ignored, also in the names of a root, where it counts: so an answer may have
 * things of a root whose name differs in letter case alone. The caller leaves them out.
 */
export class PlaceTree<T extends object> {
  readonly #top: PlaceNode<T> = newNode<T>(undefined, '');
  /** Nodes of roots, which stay: a share has the same array each time, and things come and go. */
  readonly #roots = new WeakMap<VfsPath, PlaceNode<T>>();

  add({ root, path }: Place, item: T): Spot<T> {
    let node = this.#rootNode(root);
    for (const name of path) node = childOf(node, foldName(name));
    const { items } = node;
    if (items === undefined) node.items = item;
    else if (items instanceof Set) items.add(item);
    else node.items = new Set([items, item]);
    return node;
  }

  /** Removes what `add` put there. */
  delete(spot: Spot<T>, item: T): void {
    const { items } = spot;
    if (items === item || (items instanceof Set && items.delete(item) && items.size === 0)) spot.items = undefined;
    let node: PlaceNode<T> = spot;
    while (node.parent !== undefined && node.items === undefined && node.children === undefined && !node.isRoot) {
      const { parent } = node;
      parent.children!.delete(node.name);
      if (parent.children!.size === 0 && !parent.isRoot) parent.children = undefined;
      node = parent;
    }
  }

  /** What is at this place. */
  at(place: Place): Iterable<T> {
    return allOf(this.#find(place)?.items);
  }

  /** What is at the places above this one. It takes as many steps as the place has names. */
  *above({ root, path }: Place): Iterable<T> {
    let node: PlaceNode<T> | undefined = this.#top;
    for (const names of [root, path]) {
      for (const name of names) {
        if (node === undefined) return;
        if (node.items !== undefined) yield* allOf(node.items);
        node = node.children?.get(foldName(name));
      }
    }
  }

  /** What is below this place. Nothing may be added or removed meanwhile. */
  *below(place: Place): Iterable<T> {
    const top = this.#find(place);
    if (top?.children === undefined) return;
    const open: Iterator<PlaceNode<T>>[] = [top.children.values()];
    for (let names = open.at(-1); names !== undefined; names = open.at(-1)) {
      const next = names.next();
      if (next.done === true) {
        open.pop();
        continue;
      }
      const { items, children } = next.value;
      if (items !== undefined) yield* allOf(items);
      if (children !== undefined) open.push(children.values());
    }
  }

  #rootNode(root: VfsPath): PlaceNode<T> {
    let node = this.#roots.get(root);
    if (node === undefined) {
      node = this.#top;
      for (const name of root) node = childOf(node, foldName(name));
      node.isRoot = true;
      this.#roots.set(root, node);
    }
    return node;
  }

  /** The node of names from the top down, if there is one. */
  #walk(names: VfsPath): PlaceNode<T> | undefined {
    let node: PlaceNode<T> | undefined = this.#top;
    for (const name of names) node = node?.children?.get(foldName(name));
    return node;
  }

  #find({ root, path }: Place): PlaceNode<T> | undefined {
    let node: PlaceNode<T> | undefined = this.#roots.get(root) ?? this.#walk(root);
    for (const name of path) node = node?.children?.get(foldName(name));
    return node;
  }
}

function allOf<T extends object>(items: T | Set<T> | undefined): Iterable<T> {
  if (items === undefined) return [];
  return items instanceof Set ? items : [items];
}

function newNode<T>(parent: PlaceNode<T> | undefined, name: string): PlaceNode<T> {
  return { parent, name, children: undefined, items: undefined, isRoot: false };
}

function childOf<T>(node: PlaceNode<T>, name: string): PlaceNode<T> {
  node.children ??= new Map();
  let child = node.children.get(name);
  if (child === undefined) {
    child = newNode(node, name);
    node.children.set(name, child);
  }
  return child;
}
