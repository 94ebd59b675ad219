import type { MaybePromise, Vfs, VfsDirCursor, VfsError, VfsHandle, VfsOpened, VfsPath } from '@tsmbd/vfs-adapter';
import type { TheirErrors } from './their-errors.ts';

/** What stands behind each guarded handle. */
const behind = new WeakMap<object, VfsHandle>();

/**
 * A back end of the embedding program, as the engine uses it: whatever its methods throw is a
 * VfsError, and is logged as theirs with the method, the share and the path.
 */
export function guardVfs(vfs: Vfs, share: string, errors: TheirErrors): Vfs {
  const guard = new Guard(share, errors);
  return guard.object(vfs, 'Vfs', undefined, {
    open: (path: VfsPath, options: Parameters<Vfs['open']>[1]) => {
      const said = path.join('/');
      return guard.call(
        'Vfs.open',
        said,
        () => vfs.open(path, options),
        (opened) => guard.opened(opened, said),
      );
    },
    ...(vfs.snapshots && { snapshots: guard.object(vfs.snapshots, 'Vfs.snapshots', undefined, {}) }),
  });
}

/** Guards the objects of one back end. */
class Guard {
  readonly #share: string;
  readonly #errors: TheirErrors;

  constructor(share: string, errors: TheirErrors) {
    this.#share = share;
    this.#errors = errors;
  }

  opened(opened: VfsOpened, path: string): VfsOpened {
    if (typeof opened?.handle?.close !== 'function') throw new TypeError('open has answered without a handle');
    return { ...opened, handle: this.#handle(opened.handle, path) };
  }

  #handle(handle: VfsHandle, path: string): VfsHandle {
    const list = (): MaybePromise<VfsDirCursor> =>
      this.call(
        'VfsHandle.list',
        path,
        () => handle.list(),
        (cursor) => this.object(cursor, 'VfsDirCursor', path, {}),
      );
    const copies = {
      ...(handle.copyTo && { copyTo: this.#toOwn(handle, 'copyTo', path) }),
      ...(handle.cloneTo && { cloneTo: this.#toOwn(handle, 'cloneTo', path) }),
    };
    const guarded = this.object(handle, 'VfsHandle', path, { list, ...copies });
    behind.set(guarded, handle);
    return guarded;
  }

  /** Their method gets their own handle as its target. */
  #toOwn(handle: VfsHandle, name: 'copyTo' | 'cloneTo', path: string): unknown {
    return (target: VfsHandle, ...range: [bigint, bigint, bigint]) =>
      this.call<unknown, unknown>(
        `VfsHandle.${name}`,
        path,
        () => handle[name]!(behind.get(target) ?? target, ...range),
        (result) => result,
      );
  }

  /** The object with every method guarded. `own` has what is used instead of its properties. */
  object<T extends object>(object: T, type: string, path: string | undefined, own: Record<string, unknown>): T {
    const methods = new Map<string | symbol, unknown>(Object.entries(own));
    // The proxy is of an empty object: one of theirs may be frozen.
    return new Proxy({} as T, {
      has: (_, key) => key in object,
      get: (_, key) => {
        const known = methods.get(key);
        if (known !== undefined) return known;
        const value: unknown = Reflect.get(object, key, object);
        if (typeof value !== 'function') return value;
        const method = (...args: unknown[]): unknown =>
          this.call(
            `${type}.${String(key)}`,
            path,
            () => Reflect.apply(Reflect.get(object, key, object) as typeof value, object, args) as unknown,
            (result) => result,
          );
        methods.set(key, method);
        return method;
      },
    });
  }

  /** Calls their code, and does `next` with its answer, whose errors are theirs too. */
  call<T, U>(
    method: string,
    path: string | undefined,
    run: () => MaybePromise<T>,
    next: (result: T) => U,
  ): MaybePromise<U> {
    const theirs = (error: unknown): VfsError => this.#errors.ofVfs(error, { method, share: this.#share, path });
    try {
      const result = run();
      if (!(result instanceof Promise)) return next(result);
      return result.then(next).catch((error: unknown) => {
        throw theirs(error);
      });
    } catch (error) {
      throw theirs(error);
    }
  }
}
