import test from 'ava';
import { OwnChanges } from '../src/own-changes.ts';

test("the back end's events of what the server did itself are known, once for each watcher, and for a while", (t) => {
  let now = 0;
  const own = new OwnChanges(() => now);
  const [a, b] = [{}, {}];
  own.note('f', true);
  t.false(own.isOwn('f', true, a), 'nobody watched when it happened');
  own.watched = true;
  own.note('dir/f', true);
  t.true(own.isOwn('dir/f', true, a));
  t.true(own.isOwn('dir/f', true, b));
  t.false(own.isOwn('dir/f', true, a), 'a second time is somebody else');
  t.true(own.isOwn('dir/f', false, a), 'its bytes and times');
  t.false(own.isOwn('dir/g', false, a));
  now = 2001;
  t.false(own.isOwn('dir/f', false, a), 'too long ago');
});

test('bytes and times may be given less time than names', (t) => {
  let now = 0;
  const own = new OwnChanges(() => now, 100);
  own.watched = true;
  own.note('f', true);
  now = 101;
  t.false(own.isOwn('f', false, {}));
  t.true(own.isOwn('f', true, {}));
});

test('what is remembered has an end', (t) => {
  const own = new OwnChanges(() => 0);
  own.watched = true;
  for (let i = 0; i < 20_000; i++) own.note(`f${i}`, false);
  t.true(own.isOwn('f19999', false, {}));
  t.false(own.isOwn('f0', false, {}));
});
