import type { Native } from './native.ts';
import { StatBuffer } from './stat-buffer.ts';

/** Bytes of the value buffer: the largest xattr (XATTR_SIZE_MAX). */
export const VALUE_SIZE = 65_536;

/** Memory for arguments and results of calls that are made at once. One for each thread. */
export class CallMemory {
  readonly stat: StatBuffer;
  readonly value: Buffer = Buffer.alloc(VALUE_SIZE);
  readonly valueAddress: number;
  /** struct open_how by 32-bit words: flags, mode, resolve, each with an upper half of zeros. */
  readonly how = new Uint32Array(6);
  readonly howAddress: number;
  /** struct iovec by 32-bit words: address and length. */
  readonly iov = new Uint32Array(4);
  readonly iovAddress: number;
  readonly #empty = Buffer.alloc(8);
  readonly emptyAddress: number;
  /** struct xattr_args: the value buffer. */
  readonly #xattrArgs = Buffer.alloc(16);
  readonly xattrArgsAddress: number;
  readonly times = new BigInt64Array(4);
  readonly timesAddress: number;
  /** struct timespec. */
  readonly clock = new BigInt64Array(2);
  readonly clockAddress: number;

  constructor(native: Native) {
    this.stat = new StatBuffer(native);
    this.valueAddress = native.address(this.value);
    this.howAddress = native.address(bytesOf(this.how));
    this.iovAddress = native.address(bytesOf(this.iov));
    this.emptyAddress = native.address(this.#empty);
    this.#xattrArgs.writeBigUInt64LE(BigInt(this.valueAddress), 0);
    this.#xattrArgs.writeUInt32LE(VALUE_SIZE, 8);
    this.xattrArgsAddress = native.address(this.#xattrArgs);
    this.timesAddress = native.address(bytesOf(this.times));
    this.clockAddress = native.address(bytesOf(this.clock));
  }
}

export function bytesOf(array: Uint32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
