import test from 'ava';
import { closeMarkedDescriptors, descriptorMarks, markHandedOver } from '../src/index.ts';
import { closing, markDescriptors, opened } from '../src/posix/descriptor-marks.ts';

test.serial('what a thread that died left open is closed, and nothing of another thread', (t) => {
  const memory = descriptorMarks(100);
  // Before that, a descriptor is nobody's.
  t.is(opened(7), 7);
  markDescriptors(memory, 0);
  for (const fd of [8, 9, 10]) opened(fd);
  t.is(opened(-2), -2, 'an error is no descriptor');
  markDescriptors(memory, 1);
  opened(11);
  // A number that was closed and given to another thread is that one's.
  closing(9);
  opened(9);
  closing(10);
  const closed: number[] = [];
  t.is(
    closeMarkedDescriptors(memory, 0, (fd) => closed.push(fd)),
    1,
  );
  t.deepEqual(closed, [8]);
  t.is(
    closeMarkedDescriptors(memory, 0, (fd) => closed.push(fd)),
    0,
    'once',
  );
  t.is(
    closeMarkedDescriptors(memory, 1, (fd) => closed.push(fd)),
    2,
  );
  t.deepEqual(closed, [8, 9, 11]);
});

test.serial('a descriptor that was handed to a thread is closed unless the thread took it', (t) => {
  const memory = descriptorMarks(100);
  markDescriptors(memory, 3);
  markHandedOver(memory, 3, 20);
  markHandedOver(memory, 3, 21);
  closing(20);
  const closed: number[] = [];
  closeMarkedDescriptors(memory, 3, (fd) => closed.push(fd));
  t.deepEqual(closed, [21]);
});
