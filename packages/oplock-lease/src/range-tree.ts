/*
 * Ranges of bytes in order, as plain values: a balanced tree (AVL). Each node knows the furthest
 * end below it, and which opens the ranges below it belong to. So the number of steps for a
 * question about some bytes depends on the depth of the tree, whatever the ranges are and in
 * whatever order a client made them.
 */

/**
 * A range from `offset` up to, but not including, `end`; it is empty if both are equal. `order` is
 * unique within a tree.
 */
export interface Ranged {
  readonly open: number;
  readonly offset: bigint;
  readonly end: bigint;
  readonly order: number;
}

export interface RangeNode<T extends Ranged> {
  item: T;
  left: RangeNode<T> | undefined;
  right: RangeNode<T> | undefined;
  height: number;
  furthestEnd: bigint;
  /** The smallest and the largest of the opens; they are equal if there is only one. */
  leastOpen: number;
  mostOpen: number;
}

type Tree<T extends Ranged> = RangeNode<T> | undefined;

/** Returns the tree with one more item. */
export function insert<T extends Ranged>(tree: Tree<T>, item: T): RangeNode<T> {
  if (tree === undefined) return leaf(item);
  if (isBefore(item, tree.item)) tree.left = insert(tree.left, item);
  else tree.right = insert(tree.right, item);
  return balanced(tree);
}

/** Returns the tree without an item that is in it. */
export function remove<T extends Ranged>(tree: Tree<T>, item: T): Tree<T> {
  if (tree === undefined) return undefined;
  if (tree.item.order === item.order) {
    if (tree.left === undefined) return tree.right;
    if (tree.right === undefined) return tree.left;
    let next = tree.right;
    while (next.left !== undefined) next = next.left;
    tree.item = next.item;
    tree.right = remove(tree.right, next.item);
  } else if (isBefore(item, tree.item)) {
    tree.left = remove(tree.left, item);
  } else {
    tree.right = remove(tree.right, item);
  }
  return balanced(tree);
}

/**
 * Returns the tree without all items of an open. It is rebuilt from the remaining items, in as many
 * steps as there are items.
 */
export function removeAllOf<T extends Ranged>(tree: Tree<T>, open: number): Tree<T> {
  const left: T[] = [];
  const collect = (node: Tree<T>): void => {
    if (node === undefined) return;
    collect(node.left);
    if (node.item.open !== open) left.push(node.item);
    collect(node.right);
  };
  collect(tree);
  return built(left, 0, left.length);
}

function built<T extends Ranged>(items: readonly T[], from: number, to: number): Tree<T> {
  if (from >= to) return undefined;
  const middle = (from + to) >> 1;
  const node = leaf(items[middle]!);
  node.left = built(items, from, middle);
  node.right = built(items, middle + 1, to);
  return updated(node);
}

/**
 * Whether a range overlaps the bytes from `from` up to, but not including, `to`. Ranges of the open
 * `except` do not count. Two ranges overlap if they have bytes in common. An empty range lies
 * between two bytes, and overlaps a range that has that place strictly inside. [MS-FSA] 2.1.4.10
 */
export function hasOverlap<T extends Ranged>(tree: Tree<T>, from: bigint, to: bigint, except?: number): boolean {
  if (tree === undefined || tree.furthestEnd <= from) return false;
  if (except !== undefined && tree.leastOpen === except && tree.mostOpen === except) return false;
  if (hasOverlap(tree.left, from, to, except)) return true;
  const { item } = tree;
  if (item.offset >= to) return false;
  return (item.end > from && item.open !== except) || hasOverlap(tree.right, from, to, except);
}

/** Adds the ranges that overlap these bytes to `found`, in the order of their offsets. */
export function overlapping<T extends Ranged>(tree: Tree<T>, from: bigint, to: bigint, found: T[] = []): T[] {
  if (tree === undefined || tree.furthestEnd <= from) return found;
  overlapping(tree.left, from, to, found);
  if (tree.item.offset >= to) return found;
  if (tree.item.end > from) found.push(tree.item);
  return overlapping(tree.right, from, to, found);
}

function leaf<T extends Ranged>(item: T): RangeNode<T> {
  const { end, open } = item;
  return { item, left: undefined, right: undefined, height: 1, furthestEnd: end, leastOpen: open, mostOpen: open };
}

function isBefore(a: Ranged, b: Ranged): boolean {
  return a.offset === b.offset ? a.order < b.order : a.offset < b.offset;
}

function balanced<T extends Ranged>(node: RangeNode<T>): RangeNode<T> {
  const lean = height(node.left) - height(node.right);
  if (lean > 1) {
    const left = node.left!;
    if (height(left.left) < height(left.right)) node.left = rotatedLeft(left);
    return rotatedRight(node);
  }
  if (lean < -1) {
    const right = node.right!;
    if (height(right.right) < height(right.left)) node.right = rotatedRight(right);
    return rotatedLeft(node);
  }
  return updated(node);
}

function rotatedRight<T extends Ranged>(node: RangeNode<T>): RangeNode<T> {
  const top = node.left!;
  node.left = top.right;
  top.right = updated(node);
  return updated(top);
}

function rotatedLeft<T extends Ranged>(node: RangeNode<T>): RangeNode<T> {
  const top = node.right!;
  node.right = top.left;
  top.left = updated(node);
  return updated(top);
}

/** Updates, from its children, what a node knows of all below it. */
function updated<T extends Ranged>(node: RangeNode<T>): RangeNode<T> {
  const { item, left, right } = node;
  node.height = 1 + Math.max(height(left), height(right));
  node.furthestEnd = item.end;
  node.leastOpen = item.open;
  node.mostOpen = item.open;
  include(node, left);
  include(node, right);
  return node;
}

function include<T extends Ranged>(node: RangeNode<T>, child: Tree<T>): void {
  if (child === undefined) return;
  if (child.furthestEnd > node.furthestEnd) node.furthestEnd = child.furthestEnd;
  if (child.leastOpen < node.leastOpen) node.leastOpen = child.leastOpen;
  if (child.mostOpen > node.mostOpen) node.mostOpen = child.mostOpen;
}

function height(tree: RangeNode<Ranged> | undefined): number {
  return tree === undefined ? 0 : tree.height;
}
