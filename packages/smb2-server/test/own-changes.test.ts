import test from 'ava';
import { OwnChanges } from '../src/notify/own-changes.ts';

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

test('changes that come faster than they grow old do not have all of them looked at for each', (t) => {
  let now = 0;
  let looks = 0;
  const own = new OwnChanges(() => {
    looks++;
    return now;
  });
  own.watched = true;
  // One old change among thousands of new ones made room for one more, each time.
  for (let i = 0; i < 4096; i++) {
    if (i === 1) now = 1500;
    own.note(`f${i}`, true);
  }
  now = 2100;
  own.note('next', true);
  t.true(own.size <= 2049, `${own.size} are left`);
  t.true(own.isOwn('next', true, {}));
  t.true(looks < 10_000);
});
