import { closing, opened } from './descriptor-marks.ts';
import { checked } from './errors.ts';
import { Native, type NativeCall } from './native.ts';

/** fcntl(2) */
const F_DUPFD_CLOEXEC = 1030;
/** send(2) */
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

interface Calls {
  readonly native: Native;
  readonly fcntl: NativeCall;
  readonly send: NativeCall;
  readonly close: NativeCall;
}

let bound: Calls | undefined;

function bind(): Calls {
  const native = new Native();
  return {
    native,
    fcntl: native.func('fcntl', 'int', ['int', 'int', 'int64']),
    close: native.func('close', 'int', ['int']),
    send: native.func('send', 'int64', ['int', 'void *', 'int64', 'int']),
  };
}

/**
 * A second descriptor of what `fd` is open on. Another thread can have the one while this thread
 * closes the other. Throws VfsError.
 */
export function duplicateDescriptor(fd: number): number {
  bound ??= bind();
  return checked(bound.native.result(bound.fcntl(fd, F_DUPFD_CLOEXEC, 0)), 'fcntl');
}

/**
 * Sends bytes through a socket's descriptor without waiting. Returns how many the system took, or
 * -1.
 */
export function sendNow(fd: number, bytes: Uint8Array): number {
  bound ??= bind();
  return bound.send(fd, bytes, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/**
 * The same on a thread of the pool. The bytes stay as they are until it answers. The descriptor may
 * be closed meanwhile.
 */
export async function sendLater(fd: number, bytes: Uint8Array): Promise<number> {
  bound ??= bind();
  const { native, send, close } = bound;
  // A number that is closed may stand for another socket when the thread comes to it.
  const own = duplicateDescriptor(fd);
  opened(own);
  try {
    return await native.later(bytes, send, own, bytes, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL);
  } finally {
    closing(own);
    close(own);
  }
}
