import { FaultStatus, RpcFault } from '../fault.ts';
import type { ContextHandles } from './interface.ts';

/**
 * Handles that count up. They are looked up in this association only, so that a guessed handle is
 * of no use.
 */
export function createContextHandles(): ContextHandles {
  const values = new Map<number, unknown>();
  let last = 0;
  return {
    open(value) {
      if (values.size >= MAX_HANDLES) throw new RpcFault(FaultStatus.SERVER_TOO_BUSY, 'too many context handles');
      last++;
      values.set(last, value);
      const handle = new Uint8Array(20);
      new DataView(handle.buffer).setUint32(4, last, true);
      return handle;
    },
    get(handle) {
      const id = idOf(handle);
      if (!values.has(id)) throw new RpcFault(FaultStatus.CONTEXT_MISMATCH, 'unknown context handle');
      return values.get(id);
    },
    close(handle) {
      values.delete(idOf(handle));
    },
  };
}

/** 0 for a handle that was not made here. */
function idOf(handle: Uint8Array): number {
  const view = new DataView(handle.buffer, handle.byteOffset, handle.length);
  const rest = view.getUint32(0, true) | view.getUint32(8, true) | view.getUint32(12, true) | view.getUint32(16, true);
  return rest === 0 ? view.getUint32(4, true) : 0;
}

const MAX_HANDLES = 256;
