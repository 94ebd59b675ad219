import test from 'ava';
import { apply, type FileState, LocalAuthority, newFileState } from '../src/index.ts';
import { violationIn } from '../src/testing.ts';
import { open } from './support/commands.ts';

// A file with several names, x and y: which of them goes is said of the one that was opened.
// [MS-FSA] 2.1.1.5

const pending = (id: number, deletePending = true) =>
  ({ type: 'set-delete-pending', open: id, deletePending }) as const;
const close = (id: number) => ({ type: 'close', open: id, hold: true }) as const;

function begin(...links: readonly string[]): FileState {
  const file = newFileState();
  links.forEach((link, i) => {
    apply(file, open(i + 1, { link }));
  });
  return file;
}

const opening = (file: FileState, link: string, more = {}): string =>
  apply(structuredClone(file), open(9, { link, ...more })).result.status;

test('a name that is to go keeps nobody from another name of the file [MS-FSA 2.1.5.1.2]', (t) => {
  const file = begin('x', 'y');
  apply(file, pending(1));
  t.is(opening(file, 'x'), 'delete-pending');
  t.is(opening(file, 'y'), 'granted');
  t.is(opening(file, 'z'), 'granted');
  apply(file, pending(2, false));
  t.is(opening(file, 'x'), 'delete-pending', 'it was not said of x');
});

test('a name goes with its own last open, not with the last of the file [MS-FSA 2.1.5.5]', (t) => {
  const file = begin('x', 'y', 'x');
  apply(file, pending(1));
  t.deepEqual(apply(file, close(1)).result, { last: false, deleteNow: false, link: 'x' });
  t.deepEqual(apply(file, close(3)).result, { last: false, deleteNow: true, link: 'x' });
  t.is(opening(file, 'x'), 'delete-pending', 'it is being removed');
  t.is(opening(file, 'y'), 'granted');
  apply(file, { type: 'deleted', link: 'x' });
  t.is(opening(file, 'x'), 'granted');
  t.deepEqual(apply(file, close(2)).result, { last: true, deleteNow: false, link: 'y' });
});

test('what was to be deleted of one name only is not what is left when the file has no opens', (t) => {
  const files = new LocalAuthority(() => {});
  files.apply('f', open(1, { link: 'x' }));
  files.apply('f', pending(1));
  files.apply('f', close(1));
  t.truthy(files.peek('f'));
  files.apply('f', { type: 'deleted', link: 'x' });
  t.is(files.peek('f'), undefined);
});

test('a name that has gone does not go again, and its opens have it deleted [MS-FSCC 2.4.12]', (t) => {
  const file = begin('x', 'x');
  apply(file, pending(1));
  apply(file, { type: 'link-gone', link: 'x' });
  t.is(opening(file, 'x'), 'granted', 'it is another name by now');
  apply(file, pending(2, false));
  t.false(apply(file, close(1)).result.deleteNow);
  t.false(apply(file, close(2)).result.deleteNow);
  t.is(file.deletedLinks.size, 0);
});

test('names that go one after the other do not become one', (t) => {
  const file = begin('x', 'x');
  apply(file, { type: 'link-gone', link: 'x' });
  apply(file, open(3, { link: 'x' }));
  apply(file, { type: 'link-gone', link: 'x' });
  const links = [...file.opens.values()].map(({ link }) => link);
  t.is(links[0], links[1]);
  t.not(links[0], links[2]);
  t.is(violationIn(file), undefined);
});

test('a name that is to go is still to go when it was renamed, and its opens with it [MS-FSA 2.1.5.15.11]', (t) => {
  const file = begin('x', 'y');
  apply(file, pending(1));
  apply(file, { type: 'move-link', from: 'x', to: 'z' });
  t.is(opening(file, 'x'), 'granted');
  t.is(opening(file, 'z'), 'delete-pending');
  t.deepEqual(apply(file, close(1)).result, { last: false, deleteNow: true, link: 'z' });
});

test('an open that was made by a name that had changed is of the new one, and refused where that goes', (t) => {
  const file = begin('x', 'y');
  t.is(apply(file, { type: 'set-link', open: 1, link: 'y' }).result, 'set');
  apply(file, pending(2));
  t.false(apply(file, close(2)).result.deleteNow, 'the other open is of it too');
  apply(file, open(3, { link: 'z' }));
  t.is(apply(file, { type: 'set-link', open: 3, link: 'y' }).result, 'delete-pending');
  t.true(apply(file, close(1)).result.deleteNow);
});

test('a file with one name is one by whatever path it is opened', (t) => {
  const file = begin('x');
  apply(file, pending(1));
  t.is(opening(file, 'to\\x', { isOnlyLink: true }), 'delete-pending');
  apply(file, pending(1, false));
  apply(file, open(2, { link: 'to\\x', isOnlyLink: true }));
  apply(file, pending(1));
  t.false(apply(file, close(1)).result.deleteNow);
  t.deepEqual(apply(file, close(2)).result, { last: true, deleteNow: true, link: 'x' });
  t.is(opening(file, 'to\\x', { isOnlyLink: true }), 'delete-pending');
});

test('a stream keeps the name that it was opened by, and no other [MS-FSA 2.1.1.3]', (t) => {
  const files = new LocalAuthority(() => {});
  files.apply('f', open(1, { link: 'x' }));
  files.apply('f:s', open(2, { link: 'x', streamOf: 'f' }));
  files.apply('f:s', open(3, { link: 'y', streamOf: 'f' }));
  files.apply('f', pending(1));
  t.is((files.apply('f:s', open(4, { link: 'x', streamOf: 'f' })) as { status: string }).status, 'delete-pending');
  t.false((files.apply('f', close(1)) as { deleteNow: boolean }).deleteNow);
  t.deepEqual(files.apply('f:s', close(2)), { last: false, deleteNow: false, link: '', fileLink: 'x' });
});
