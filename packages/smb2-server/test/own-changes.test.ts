import { createMemoryVfs } from '@tsmbd/vfs-adapter';
import test from 'ava';
import { OwnChanges } from '../src/own-changes.ts';
import { diskShare } from './harness.ts';

test("the back end's events of what the server did itself are known, once for each watcher, and for a while", (t) => {
  let now = 0;
  const own = new OwnChanges(() => now);
  const share = diskShare('s', createMemoryVfs());
  const [a, b] = [{}, {}];
  own.note(share, ['f'], true);
  t.false(own.isOwn(share, ['f'], true, a), 'nobody watched when it happened');
  own.watched = true;
  own.note(share, ['Dir', 'f'], true);
  t.true(own.isOwn(share, ['dir', 'F'], true, a));
  t.true(own.isOwn(share, ['dir', 'f'], true, b));
  t.false(own.isOwn(share, ['dir', 'f'], true, a), 'a second time is somebody else');
  t.true(own.isOwn(share, ['dir', 'f'], false, a), 'its bytes and times');
  t.false(own.isOwn(share, ['dir', 'g'], false, a));
  now = 2001;
  t.false(own.isOwn(share, ['dir', 'f'], false, a), 'too long ago');
});

test('what is remembered has an end', (t) => {
  const own = new OwnChanges(() => 0);
  own.watched = true;
  const share = diskShare('s', createMemoryVfs());
  for (let i = 0; i < 20_000; i++) own.note(share, [`f${i}`], false);
  t.true(own.isOwn(share, ['f19999'], false, {}));
  t.false(own.isOwn(share, ['f0'], false, {}));
});
