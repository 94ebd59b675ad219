import { checked } from './errors.ts';
import { Native } from './native.ts';

/** fcntl(2) */
const F_DUPFD_CLOEXEC = 1030;

let bound: { readonly native: Native; readonly fcntl: ReturnType<Native['func']> } | undefined;

/**
 * A second descriptor of what `fd` is open on. Another thread can have the one while this thread
 * closes the other. Throws VfsError.
 */
export function duplicateDescriptor(fd: number): number {
  if (bound === undefined) {
    const native = new Native();
    bound = { native, fcntl: native.func('fcntl', 'int', ['int', 'int', 'int64']) };
  }
  return checked(bound.native.result(bound.fcntl(fd, F_DUPFD_CLOEXEC, 0)), 'fcntl');
}
