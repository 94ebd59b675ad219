import { foldName } from '@tsmbd/vfs-adapter';
import type { Place } from '../model/index.ts';

/** One name, with all that is at this place and below it. */
interface PlaceNode<T> {
  readonly parent: PlaceNode<T> | undefined;
  readonly name: string;
  /** By their folded names. Undefined while there are none. */
  children: Map<string, PlaceNode<T>> | undefined;
  /** Undefined while nothing is here. */
  items: Set<T> | undefined;
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
export class PlaceTree<T> {
  readonly #top: PlaceNode<T> = { parent: undefined, name: '', children: undefined, items: undefined };

  add({ root, path }: Place, item: T): Spot<T> {
    let node = this.#top;
    for (const name of root) node = childOf(node, foldName(name));
    for (const name of path) node = childOf(node, foldName(name));
    node.items ??= new Set();
    node.items.add(item);
    return node;
  }

  /** Removes what `add` put there. */
  delete(spot: Spot<T>, item: T): void {
    spot.items?.delete(item);
    if (spot.items?.size === 0) spot.items = undefined;
    let node: PlaceNode<T> = spot;
    while (node.parent !== undefined && node.items === undefined && node.children === undefined) {
      const { parent } = node;
      parent.children!.delete(node.name);
      if (parent.children!.size === 0) parent.children = undefined;
      node = parent;
    }
  }

  /** What is at this place. */
  at(place: Place): Iterable<T> {
    return this.#find(place)?.items ?? [];
  }

  /** What is at the places above this one. It takes as many steps as the place has names. */
  *above({ root, path }: Place): Iterable<T> {
    let node: PlaceNode<T> | undefined = this.#top;
    for (const names of [root, path]) {
      for (const name of names) {
        if (node === undefined) return;
        if (node.items !== undefined) yield* node.items;
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
      if (items !== undefined) yield* items;
      if (children !== undefined) open.push(children.values());
    }
  }

  #find({ root, path }: Place): PlaceNode<T> | undefined {
    let node: PlaceNode<T> | undefined = this.#top;
    for (const name of root) node = node?.children?.get(foldName(name));
    for (const name of path) node = node?.children?.get(foldName(name));
    return node;
  }
}

function childOf<T>(node: PlaceNode<T>, name: string): PlaceNode<T> {
  node.children ??= new Map();
  let child = node.children.get(name);
  if (child === undefined) {
    child = { parent: node, name, children: undefined, items: undefined };
    node.children.set(name, child);
  }
  return child;
}
