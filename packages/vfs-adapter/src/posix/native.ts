import { createRequire } from 'node:module';
import process, { arch, platform } from 'node:process';
import { VfsError } from '../vfs.ts';
import { currentClient, type PoolQueue, queueOfPool } from './pool-queue.ts';
import { turnBegins } from './turns.ts';

/** Arguments of a system call: numbers, text (as UTF-8), bytes by address. */
export type NativeArgument = number | string | Uint8Array;

/**
 * A C function. It returns what the C function returned; -1 with errno set means that the call
 * failed.
 */
export interface NativeCall {
  (...args: NativeArgument[]): number;
  /** The same call on a thread of the pool. `errno` is given if it is not that of this thread. */
  readonly async: (...args: [...NativeArgument[], (error: unknown, result: number, errno?: number) => void]) => void;
  /** The queue in front of the threads that make the call, if it is not that of libuv's pool. */
  readonly queue?: PoolQueue;
}

interface Koffi {
  load(path: null): { func(name: string, result: string, args: readonly string[]): NativeCall };
  errno(value?: number): number;
  address(bytes: Uint8Array): bigint;
}

/** Numbers of system calls for which glibc has no function, or has one only since recently. */
const NUMBERS = {
  x64: {
    setgroups: 116,
    setfsuid: 122,
    setfsgid: 123,
    capget: 125,
    capset: 126,
    getdents64: 217,
    renameat2: 316,
    statx: 332,
    openat2: 437,
    faccessat2: 439,
    getxattrat: 464,
  },
  arm64: {
    setgroups: 159,
    setfsuid: 151,
    setfsgid: 152,
    capget: 90,
    capset: 91,
    getdents64: 61,
    renameat2: 276,
    statx: 291,
    openat2: 437,
    faccessat2: 439,
    getxattrat: 464,
  },
} as const;

/** koffi, and what all wrappers need to call into C. */
export class Native {
  readonly numbers: (typeof NUMBERS)['x64' | 'arm64'];
  readonly #koffi: Koffi;
  readonly #library: ReturnType<Koffi['load']>;
  /**
   * Runs what may make threads. They inherit the user that the kernel sees in this thread, so it
   * has to be the process's own one then.
   */
  outside: (run: () => void) => void = (run) => run();
  readonly #queue = queueOfPool(process.env['UV_THREADPOOL_SIZE']);

  constructor() {
    const numbers = arch === 'x64' || arch === 'arm64' ? NUMBERS[arch] : undefined;
    if (platform !== 'linux' || numbers === undefined) {
      throw new VfsError('not-supported', `the POSIX back end needs Linux on x86_64 or arm64, not ${platform} ${arch}`);
    }
    this.numbers = numbers;
    // koffi is loaded here and not at the top of the file, so that a program that uses only the
    // memory file system needs no native code.
    this.#koffi = createRequire(import.meta.url)('koffi') as Koffi;
    this.#library = this.#koffi.load(null);
  }

  /**
   * A C function by name. `result` is `int` or `int64` as its header says, because the upper half
   * of an int is not defined. Pointers are `int64` (an address), `str` (text, or bytes with a NUL)
   * or `void *` (bytes).
   */
  func(name: string, result: 'int' | 'int64', args: readonly string[]): NativeCall {
    return this.#library.func(name, result, args);
  }

  /** The address of bytes. The bytes must stay referenced as long as the address is used. */
  address(bytes: Uint8Array): number {
    return Number(this.#koffi.address(bytes));
  }

  /** A call's result, or -errno. It must be called right after the call. */
  result(value: number): number {
    return value === -1 ? -this.#koffi.errno() : value;
  }

  /** errno of this thread, which is set first if a value is given. */
  errno(value?: number): number {
    return value === undefined ? this.#koffi.errno() : this.#koffi.errno(value);
  }

  /**
   * Runs a call on the pool. Returns its result, or -errno. `keep` stays referenced until then: it
   * is whatever an address points to.
   */
  later(keep: unknown, call: NativeCall, ...args: NativeArgument[]): Promise<number> {
    return new Promise((resolve, reject) => {
      (call.queue ?? this.#queue).add(currentClient(), (ended) => {
        const done = (error: unknown, value: number, errno?: number): void => {
          const result = value === -1 ? -(errno ?? this.#koffi.errno()) : value;
          turnBegins();
          void keep;
          ended();
          if (error) reject(error);
          else resolve(result);
        };
        this.outside(() => call.async(...args, done));
      });
    });
  }
}
