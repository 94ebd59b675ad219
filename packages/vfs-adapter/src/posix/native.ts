import { createRequire } from 'node:module';
import { arch, platform } from 'node:process';
import { VfsError } from '../vfs.ts';

/** What goes to the system: numbers, text (as UTF-8), bytes by address. */
export type NativeArgument = number | string | Uint8Array;

/** A C function; the result is what it returned, -1 with errno set when it failed. */
export interface NativeCall {
  (...args: NativeArgument[]): number;
  /** The same on a thread of the pool. */
  readonly async: (...args: [...NativeArgument[], (error: unknown, result: number) => void]) => void;
}

interface Koffi {
  load(path: null): { func(name: string, result: string, args: readonly string[]): NativeCall };
  errno(): number;
  address(bytes: Uint8Array): bigint;
}

/**
 * Calls on the pool at a time; koffi refuses more than 256, and the pool has few threads anyway.
 */
const MAX_LATER = 64;

/** The numbers of system calls that glibc has no function for, or only lately. */
const NUMBERS = {
  x64: { getdents64: 217, renameat2: 316, statx: 332, openat2: 437, getxattrat: 464 },
  arm64: { getdents64: 61, renameat2: 276, statx: 291, openat2: 437, getxattrat: 464 },
} as const;

/** koffi, and the few things about calling into C that all wrappers share. */
export class Native {
  readonly numbers: (typeof NUMBERS)['x64' | 'arm64'];
  readonly #koffi: Koffi;
  readonly #library: ReturnType<Koffi['load']>;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor() {
    const numbers = arch === 'x64' || arch === 'arm64' ? NUMBERS[arch] : undefined;
    if (platform !== 'linux' || numbers === undefined) {
      throw new VfsError('not-supported', `the POSIX back end needs Linux on x86_64 or arm64, not ${platform} ${arch}`);
    }
    this.numbers = numbers;
    // Loaded here and not at the top, so that who wants only the memory file system needs no native
    // code.
    this.#koffi = createRequire(import.meta.url)('koffi') as Koffi;
    this.#library = this.#koffi.load(null);
  }

  /**
   * A C function by name. `result` is `int` or `int64` as its header says: the upper half of an int
   * is not defined. Pointers are `int64` (an address), `str` (text, or bytes with a NUL) or `void
   * *` (bytes).
   */
  func(name: string, result: 'int' | 'int64', args: readonly string[]): NativeCall {
    return this.#library.func(name, result, args);
  }

  /** Where bytes are. The bytes must stay referenced as long as the address is used. */
  address(bytes: Uint8Array): number {
    return Number(this.#koffi.address(bytes));
  }

  /** A call's result, or -errno. Right behind the call. */
  result(value: number): number {
    return value === -1 ? -this.#koffi.errno() : value;
  }

  /**
   * Runs a call on the pool: its result, or -errno. `keep` is held until then: whatever an address
   * points to.
   */
  later(keep: unknown, call: NativeCall, ...args: NativeArgument[]): Promise<number> {
    return new Promise((resolve, reject) => {
      const start = () => {
        this.#running += 1;
        call.async(...args, (error, value) => {
          const result = value === -1 ? -this.#koffi.errno() : value;
          this.#running -= 1;
          void keep;
          this.#waiting.shift()?.();
          if (error) reject(error);
          else resolve(result);
        });
      };
      if (this.#running < MAX_LATER) start();
      else this.#waiting.push(start);
    });
  }
}
