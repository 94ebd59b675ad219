import type { VfsPath } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { PlaceTree } from '../src/names/place-tree.ts';

/** Something that is at a place. */
interface Named {
  readonly name: string | number;
}

const named = (name: string | number): Named => ({ name });
const names = (found: Iterable<Named>): (string | number)[] => [...found].map(({ name }) => name);

const ROOT: VfsPath = ['', 'srv'];
const at = (path: string, root = ROOT): { root: VfsPath; path: VfsPath } => ({
  root,
  path: path === '' ? [] : path.split('\\'),
});

test('what is below a place is found, and nothing else', (t) => {
  const tree = new PlaceTree<Named>();
  for (const path of ['', 'a', 'a\\b', 'a\\b\\c', 'a\\b\\c\\d', 'ab', 'x\\a\\b']) tree.add(at(path), named(path));
  t.deepEqual(names(tree.below(at('a'))).sort(), ['a\\b', 'a\\b\\c', 'a\\b\\c\\d']);
  t.deepEqual([...tree.below(at('a\\b\\c\\d'))], []);
  t.deepEqual([...tree.below(at('none'))], []);
  t.deepEqual(names(tree.at(at('a'))), ['a']);
  t.is([...tree.below({ root: [], path: [] })].length, 7);
});

test('letter case is ignored, and a share inside another has the same places', (t) => {
  const tree = new PlaceTree<Named>();
  tree.add(at('File', ['', 'srv', 'Projects']), named('inner'));
  t.deepEqual(names(tree.at(at('PROJECTS\\fiLE'))), ['inner']);
  t.deepEqual(names(tree.below(at('projects'))), ['inner']);
});

test('what was removed leaves nothing behind, and spares what is beside it', (t) => {
  const tree = new PlaceTree<Named>();
  const [first, second, third] = [named(1), named(2), named(3)];
  const one = tree.add(at('a\\b'), first);
  const two = tree.add(at('a\\b'), second);
  const three = tree.add(at('a\\b\\c'), third);
  tree.delete(one, first);
  t.deepEqual(names(tree.at(at('a\\b'))), [2]);
  tree.delete(two, second);
  t.deepEqual(names(tree.below(at('a'))), [3]);
  tree.delete(three, third);
  t.deepEqual([...tree.below({ root: [], path: [] })], []);
  tree.add(at('a'), named(4));
  t.deepEqual(names(tree.at(at('a'))), [4]);
});

test('a question costs what its answer costs, not what the server has open', (t) => {
  const tree = new PlaceTree<Named>();
  for (let i = 0; i < 65_000; i++) tree.add(at(`many\\${i % 100}\\${i}`), named(i));
  tree.add(at('few\\one'), named(-1));
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
  let found: Named[];
  try {
    found = [...tree.below(at('few'))];
  } finally {
    Map.prototype.get = get;
    Object.getPrototypeOf(new Map().values()).next = next;
  }
  t.deepEqual(names(found), [-1]);
  t.true(steps < 20, `${steps} steps`);
});
