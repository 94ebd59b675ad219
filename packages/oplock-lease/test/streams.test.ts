import test from 'ava';
import { apply, type FileEffect, LocalAuthority, locksOf, newFileState, type OpenCommand } from '../src/index.ts';
import { leased, open } from './support/commands.ts';

const READ = 0x1;
const READ_ATTRIBUTES = 0x80;
const DELETE = 0x1_0000;
const FILE = 'file';
const STREAM = 'file:1';

function authority(): { files: LocalAuthority; effects: string[] } {
  const effects: string[] = [];
  const files = new LocalAuthority((key: string, effect: FileEffect) => effects.push(`${key} ${effect.type}`));
  return { files, effects };
}

/** An open of a named stream of FILE. */
function stream(id: number, more: Partial<OpenCommand> = {}): OpenCommand {
  return open(id, { streamOf: FILE, ...more });
}

const pending = (id: number, deletePending = true) =>
  ({ type: 'set-delete-pending', open: id, deletePending }) as const;

test('who may delete a file stands against opens of its streams that do not share that, and not the other way round', (t) => {
  for (const [share, access, expected] of [
    [3, DELETE, 'sharing-violation'],
    [7, DELETE, 'granted'],
    [0, READ, 'granted'],
  ] as const) {
    const { files } = authority();
    t.is(files.apply(STREAM, stream(1, { share })).status, 'granted');
    t.is(files.apply(FILE, open(2, { access })).status, expected);
  }
  const { files } = authority();
  files.apply(FILE, open(1, { access: READ, share: 1 }));
  t.is(files.apply(STREAM, stream(2, { access: DELETE })).status, 'granted');
});

test('who may delete a file keeps those from its streams who do not share that [MS-FSA 2.1.5.1.2.1]', (t) => {
  const { files } = authority();
  files.apply(FILE, open(1, { access: DELETE }));
  t.is(files.apply(STREAM, stream(2, { access: READ, share: 3 })).status, 'sharing-violation');
  t.is(files.apply(STREAM, stream(3, { access: READ, share: 7 })).status, 'granted');
  t.is(files.apply(STREAM, stream(4, { access: READ_ATTRIBUTES, share: 0 })).status, 'granted', 'shares nothing away');
  files.apply(FILE, { type: 'close', open: 1 });
  t.is(files.apply(STREAM, stream(5, { access: READ, share: 7 })).status, 'granted');
  t.is(files.apply(FILE, open(6, { access: DELETE })).status, 'granted', 'nor does it keep what it may not use');
});

test('a file that is to be deleted lives until the last open of it and of its streams has closed [MS-FSA 2.1.5.5]', (t) => {
  const { files } = authority();
  files.apply(STREAM, stream(1));
  files.apply(FILE, open(2, { access: DELETE }));
  files.apply(FILE, pending(2));
  t.deepEqual(files.apply(FILE, { type: 'close', open: 2, hold: true }), { last: false, deleteNow: false, link: '' });
  t.is(files.apply(FILE, open(3)).status, 'delete-pending');
  t.is(files.apply(STREAM, stream(4)).status, 'delete-pending');
  t.is(files.apply('file:2', stream(5)).status, 'delete-pending');
  t.deepEqual(files.apply(STREAM, { type: 'close', open: 1, hold: true }), {
    last: true,
    deleteNow: false,
    link: '',
    fileLink: '',
  });
  t.is(files.apply(STREAM, stream(6)).status, 'delete-pending', 'until it is said to be done');
  files.apply(FILE, { type: 'deleted' });
  t.is(files.apply(STREAM, stream(7)).status, 'granted');
  files.apply(STREAM, { type: 'close', open: 7 });
  t.deepEqual([...files.entries()], []);
});

test('a stream that is to be deleted goes with its own last open, and leaves its file [MS-FSA 2.1.5.5]', (t) => {
  const { files } = authority();
  files.apply(FILE, open(1));
  files.apply(STREAM, stream(2, { access: DELETE }));
  files.apply(STREAM, stream(3));
  files.apply(STREAM, pending(2));
  t.is(files.apply(STREAM, stream(4)).status, 'delete-pending');
  t.is(files.apply(FILE, open(5)).status, 'granted');
  t.false((files.apply(STREAM, { type: 'close', open: 2 }) as { deleteNow: boolean }).deleteNow);
  t.deepEqual(files.apply(STREAM, { type: 'close', open: 3 }), { last: true, deleteNow: true, link: '' });
});

test('a deletion taken back lets streams be opened again, and closes delete nothing', (t) => {
  const { files } = authority();
  files.apply(FILE, open(1, { access: DELETE }));
  files.apply(STREAM, stream(2));
  files.apply(FILE, pending(1));
  files.apply(FILE, pending(1, false));
  t.is(files.apply(STREAM, stream(3)).status, 'granted');
  for (const id of [2, 3]) files.apply(STREAM, { type: 'close', open: id });
  t.deepEqual(files.apply(FILE, { type: 'close', open: 1 }), { last: true, deleteNow: false, link: '' });
  t.deepEqual([...files.entries()], []);
});

test('who waits for a file while it is deleted asks again when it has gone', (t) => {
  const file = newFileState();
  apply(file, open(1, { oplock: 9, deleteOnClose: true, access: DELETE | READ }));
  t.is(apply(file, open(2)).result.status, 'wait');
  const closed = apply(file, { type: 'close', open: 1, hold: true });
  t.true(closed.result.deleteNow);
  t.deepEqual(
    closed.effects.map(({ type }) => type),
    ['break-ended'],
  );
  t.deepEqual(apply(file, { type: 'deleted' }).effects, [{ type: 'retry', waiter: 2 }]);
});

test('an open that came to nothing does not delete the file that it would have deleted when it closed', (t) => {
  const file = newFileState();
  apply(file, open(1));
  apply(file, open(2, { deleteOnClose: true, access: DELETE }));
  apply(file, { type: 'close', open: 2, withdrawn: true });
  t.is(file.deletedLinks.size, 0);
});

test('a named stream that becomes the unnamed one takes its opens, leases and locks along [MS-FSA 2.1.5.15.11.1]', (t) => {
  const { files, effects } = authority();
  files.apply(STREAM, leased(1, 'lease', 'RWH', { streamOf: FILE }));
  const range = { offset: 0n, length: 1n, exclusive: true };
  files.apply(STREAM, { type: 'lock', open: 1, ranges: [range], waiter: undefined });
  t.is(files.apply(STREAM, stream(2)).status, 'wait');
  files.move(STREAM, FILE);
  t.is(files.peek(STREAM), undefined);
  t.is(files.leaseFile('lease'), FILE);
  t.deepEqual(locksOf(files.peek(FILE)!), [{ open: 1, ...range }]);
  t.deepEqual(effects, [`${STREAM} break-lease`, `${STREAM} retry`]);
  t.is(files.apply(FILE, { type: 'acknowledge', holder: { lease: 'lease' }, keep: 3 }), 'ended');
  t.deepEqual(files.apply(FILE, { type: 'close', open: 1 }), { last: true, deleteNow: false, link: '' });
  t.deepEqual([...files.entries()], []);
});

test('an unnamed stream that gets a name stays open under it, and the file is open by it', (t) => {
  const { files } = authority();
  files.apply(FILE, open(1, { share: 0 }));
  files.move(FILE, STREAM);
  t.is(files.apply(FILE, open(2)).status, 'granted', 'the new unnamed stream is open nowhere');
  t.is(files.apply(STREAM, stream(3)).status, 'sharing-violation');
  t.is(files.apply(FILE, open(4, { access: DELETE })).status, 'sharing-violation');
  files.apply(STREAM, { type: 'close', open: 1 });
  t.is(files.apply(FILE, open(5, { access: DELETE })).status, 'granted');
});

test('while the name of a file is being taken away not even its streams are opened', (t) => {
  const { files } = authority();
  files.apply(FILE, open(1, { access: DELETE, share: 0, alone: true }));
  t.is(files.apply(STREAM, stream(2, { access: READ_ATTRIBUTES, share: 7 })).status, 'sharing-violation');
  files.apply(FILE, { type: 'close', open: 1 });
  t.is(files.apply(STREAM, stream(3, { share: 7 })).status, 'granted');
});

test('a stream is not counted for a file that is to be deleted [MS-FSA 2.1.5.1.2]', (t) => {
  const file = newFileState();
  apply(file, open(1));
  apply(file, pending(1));
  t.is(apply(file, { type: 'open-stream', open: 2, share: 7 }).result, 'delete-pending');
  t.is(file.streamOpens.size, 0);
  const { files } = authority();
  files.apply(FILE, open(1));
  files.apply(FILE, pending(1));
  t.is(files.apply(STREAM, stream(2)).status, 'delete-pending');
});
