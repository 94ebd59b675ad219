import { VfsError, type VfsHandle } from '@tsmbd/vfs-adapter';
import type { Turn } from '../model/index.ts';

/**
 * Bytes read and written at a time where the back end does not copy: all the memory that one
 * request takes for it.
 */
const SLICE = 65_536;

/** Bytes that go from one open file to another. */
export interface Copy {
  readonly source: VfsHandle;
  readonly target: VfsHandle;
  readonly from: bigint;
  readonly to: bigint;
  readonly length: number;
  /** Source and target are one file. */
  readonly isOneFile: boolean;
}

/**
 * Copies inside the back end, or through memory where it cannot: it has no `copyTo`, or the two
 * handles are not both its own, since somebody has wrapped them or one is a named stream. Returns
 * the bytes copied, less only at the source's end.
 *
 * @param check throws where these bytes, counted from the beginning of both, may not be copied any
 *   more; called in the turn in which they are written
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
  // Where the target begins inside the source, its end goes first, before it is overwritten.
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

/** What a back end says that does not copy between these two. */
const CANNOT: ReadonlySet<VfsError['code']> = new Set(['not-supported', 'cross-device']);
