import type { VfsPath } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { PlaceTree } from '../src/names/place-tree.ts';

const ROOT: VfsPath = ['', 'srv'];
const at = (path: string, root = ROOT): { root: VfsPath; path: VfsPath } => ({
  root,
  path: path === '' ? [] : path.split('\\'),
});

test('what is below a place is found, and nothing else', (t) => {
  const tree = new PlaceTree<string>();
  for (const path of ['', 'a', 'a\\b', 'a\\b\\c', 'a\\b\\c\\d', 'ab', 'x\\a\\b']) tree.add(at(path), path);
  t.deepEqual([...tree.below(at('a'))].sort(), ['a\\b', 'a\\b\\c', 'a\\b\\c\\d']);
  t.deepEqual([...tree.below(at('a\\b\\c\\d'))], []);
  t.deepEqual([...tree.below(at('none'))], []);
  t.deepEqual([...tree.at(at('a'))], ['a']);
  t.is([...tree.below({ root: [], path: [] })].length, 7);
});

test('letter case is ignored, and a share inside another has the same places', (t) => {
  const tree = new PlaceTree<string>();
  tree.add(at('File', ['', 'srv', 'Projects']), 'inner');
  t.deepEqual([...tree.at(at('PROJECTS\\fiLE'))], ['inner']);
  t.deepEqual([...tree.below(at('projects'))], ['inner']);
});

test('what was removed leaves nothing behind, and spares what is beside it', (t) => {
  const tree = new PlaceTree<number>();
  const one = tree.add(at('a\\b'), 1);
  const two = tree.add(at('a\\b'), 2);
  const three = tree.add(at('a\\b\\c'), 3);
  tree.delete(one, 1);
  t.deepEqual([...tree.at(at('a\\b'))], [2]);
  tree.delete(two, 2);
  t.deepEqual([...tree.below(at('a'))], [3]);
  tree.delete(three, 3);
  t.deepEqual([...tree.below({ root: [], path: [] })], []);
  tree.add(at('a'), 4);
  t.deepEqual([...tree.at(at('a'))], [4]);
});

test('a question costs what its answer costs, not what the server has open', (t) => {
  const tree = new PlaceTree<number>();
  for (let i = 0; i < 65_000; i++) tree.add(at(`many\\${i % 100}\\${i}`), i);
  tree.add(at('few\\one'), -1);
  // The tree consists of maps: each step asks one for a name, or for its next name.
  const { get } = Map.prototype;
  const { next } = Object.getPrototypeOf(new Map().values());
  let steps = 0;
  Map.prototype.get = function (key) {
    steps += 1;
    return get.call(this, key);
  };
  Object.getPrototypeOf(new Map().values()).next = function (this: unknown) {
    steps += 1;
    return next.call(this);
  };
  let found: number[];
  try {
    found = [...tree.below(at('few'))];
  } finally {
    Map.prototype.get = get;
    Object.getPrototypeOf(new Map().values()).next = next;
  }
  t.deepEqual(found, [-1]);
  t.true(steps < 20, `${steps} steps`);
});
