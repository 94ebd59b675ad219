import test from 'ava';
import { Errno } from '../src/posix/constants.ts';
import { posixError } from '../src/posix/errors.ts';

test('a system without memory is not said to have no descriptors', (t) => {
  t.is(posixError(-Errno.ENOMEM, 'openat2').code, 'no-memory');
  for (const errno of [Errno.EMFILE, Errno.ENFILE]) t.is(posixError(errno, 'openat2').code, 'too-many-open');
});
