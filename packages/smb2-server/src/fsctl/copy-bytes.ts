import { VfsError, type VfsHandle } from '@tsmbd/vfs-adapter';
import type { Turn } from '../model/index.ts';

/**
 * How many bytes are read and written at a time if the back end does not copy itself. One request
 * takes no more memory than this for a copy.
 */
const SLICE = 65_536;

/** A range of bytes to copy from one open file to another. */
export interface Copy {
  readonly source: VfsHandle;
  readonly target: VfsHandle;
  readonly from: bigint;
  readonly to: bigint;
  readonly length: number;
  /** Source and target are the same file. */
  readonly isOneFile: boolean;
}

/**
 * Copies inside the back end, or through memory if the back end cannot copy. It cannot if it has no
 * `copyTo`, or if one of the handles is not its own, because it has been wrapped or is a named
 * stream. Returns the bytes copied, which are fewer only at the source's end.
 *
 * @param check throws if these bytes, counted from the beginning of both ranges, may no longer be
 *   copied; called in the turn in which they are written
 */
export async function copyBytes(copy: Copy, check: (at: number, length: number) => void, turn: Turn): Promise<number> {
  const { source, target, from, to, length } = copy;
  check(0, length);
  if (typeof source.copyTo === 'function') {
    try {
      return Number(await source.copyTo(target, from, to, BigInt(length)));
    } catch (error) {
      if (!(error instanceof VfsError) || !CANNOT.has(error.code)) throw error;
    }
  }
  return copyBySlices(copy, check, turn);
}

async function copyBySlices(copy: Copy, check: (at: number, length: number) => void, turn: Turn): Promise<number> {
  const { source, target, from, to, length, isOneFile } = copy;
  const buffer = new Uint8Array(Math.min(SLICE, length));
  // If the target begins inside the source range, the end is copied first, before it is
  // overwritten.
  const isBackward = isOneFile && from < to && to < from + BigInt(length);
  let done = 0;
  while (done < length) {
    await turn.over();
    const step = Math.min(buffer.length, length - done);
    const at = isBackward ? length - done - step : done;
    const got = await source.read(buffer.subarray(0, step), Number(from) + at);
    if (got === 0) break;
    check(at, got);
    await target.write(buffer.subarray(0, got), Number(to) + at);
    done += got;
    if (got < step) break;
  }
  return done;
}

/** The errors by which a back end says that it does not copy between these two handles. */
const CANNOT: ReadonlySet<VfsError['code']> = new Set(['not-supported', 'cross-device']);
