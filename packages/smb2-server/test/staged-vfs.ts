import { createMemoryVfs, type Vfs, type VfsHandle } from '@tsmbd/vfs-adapter';
import { settle } from './harness.ts';

type Call = keyof VfsHandle | keyof Vfs;

/**
 * A back end in memory whose calls a test has wait or fail, and which counts the handles that are
 * open.
 */
export interface StagedVfs {
  readonly vfs: Vfs;
  /** Handles that nobody has closed. */
  readonly openHandles: number;
  /** Such calls wait until `letGo`; with `after`, when they have done what they were asked. */
  hold(call: Call, after?: 'after'): void;
  /** Calls that wait go on, and no more wait. */
  letGo(): Promise<void>;
  /**
   * The next such calls fail, one where not said otherwise, none with 0 `times`; with `isAfter`,
   * when they have done what they were asked.
   */
  fail(call: Call, error: Error, how?: { readonly times?: number; readonly isAfter?: boolean }): void;
}

export function stagedVfs(inner: Vfs = createMemoryVfs()): StagedVfs {
  const held = new Map<Call, 'before' | 'after'>();
  const failing = new Map<Call, { readonly error: Error; readonly isAfter: boolean; times: number }>();
  const open = new Set<VfsHandle>();
  let waiting: (() => void)[] = [];
  const stage = (name: Call, call: () => unknown): unknown => {
    const act = (): unknown => {
      const fault = failing.get(name);
      if (fault === undefined) return call();
      fault.times -= 1;
      if (fault.times === 0) failing.delete(name);
      if (fault.isAfter) call();
      throw fault.error;
    };
    const when = held.get(name);
    if (when === undefined) return act();
    const later = new Promise<void>((resolve) => waiting.push(resolve));
    if (when === 'before') return later.then(act);
    const result = act();
    return later.then(() => result);
  };
  const staged = (handle: VfsHandle): VfsHandle =>
    new Proxy(handle, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown =>
          stage(name as Call, () => {
            if (name === 'close') open.delete(target);
            return (value as (...of: unknown[]) => unknown).apply(target, args);
          });
      },
    });
  const vfs: Vfs = {
    features: inner.features,
    async open(path, options) {
      const opened = (await stage('open', () => inner.open(path, options))) as Awaited<ReturnType<Vfs['open']>>;
      open.add(opened.handle);
      return { ...opened, handle: staged(opened.handle) };
    },
    statFs: () => inner.statFs(),
    dispose: () => {},
  };
  return {
    vfs,
    get openHandles() {
      return open.size;
    },
    hold: (call, after) => void held.set(call, after ?? 'before'),
    async letGo() {
      held.clear();
      for (const go of waiting) go();
      waiting = [];
      await settle();
    },
    fail(call, error, { times = 1, isAfter = false } = {}) {
      if (times === 0) failing.delete(call);
      else failing.set(call, { error, isAfter, times });
    },
  };
}
