import type { Vfs, VfsHandle, VfsOpened, VfsOpenOptions, VfsPath } from '@tsmbd/vfs-adapter';

/** Calls that a slow disk may take its time with. */
export const GATES = ['open', 'stat', 'truncate', 'unlink', 'rename', 'write', 'close', 'set'] as const;
export type Gate = (typeof GATES)[number];

/**
 * A back end whose next call of a kind can be held until it is let go, so that whatever an engine checked before it can
 * change meanwhile; and which counts the handles that nobody has closed.
 */
export class GatedVfs implements Vfs {
  readonly #inner: Vfs;
  readonly #armed = new Map<string, number>();
  #held: (() => void)[] = [];
  readonly #open = new Set<VfsHandle>();

  constructor(inner: Vfs) {
    this.#inner = inner;
  }

  get features(): Vfs['features'] {
    return this.#inner.features;
  }

  /** Handles that are open. */
  get openHandles(): number {
    return this.#open.size;
  }

  /** Calls that wait to be let go. */
  get held(): number {
    return this.#held.length;
  }

  /** The next call of this kind is held. */
  hold(gate: Gate): void {
    this.#armed.set(gate, (this.#armed.get(gate) ?? 0) + 1);
  }

  /** Lets a held call go on, and none be held that was not called yet. */
  release(index = 0): void {
    this.#armed.clear();
    this.#held.splice(index % (this.#held.length || 1), 1)[0]?.();
  }

  async open(path: VfsPath, options: VfsOpenOptions): Promise<VfsOpened> {
    await this.#pass('open');
    const opened = await this.#inner.open(path, options);
    return { ...opened, handle: this.#guard(opened.handle) };
  }

  statFs(): ReturnType<Vfs['statFs']> {
    return this.#inner.statFs();
  }

  dispose(): void {}

  #pass(gate: string): Promise<void> | undefined {
    const armed = this.#armed.get(gate) ?? 0;
    if (armed === 0) return undefined;
    this.#armed.set(gate, armed - 1);
    return new Promise((resolve) => this.#held.push(resolve));
  }

  /** The handle, with its calls held as they are to be. It is its engine's once, and closed once. */
  #guard(inner: VfsHandle): VfsHandle {
    this.#open.add(inner);
    const gates: readonly string[] = GATES;
    return new Proxy(inner, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        const call = value.bind(target) as (...args: unknown[]) => unknown;
        if (typeof name !== 'string' || !gates.includes(name)) return call;
        return (...args: unknown[]): unknown => {
          if (name === 'close' && !this.#open.has(inner)) throw new Error('a handle is closed twice');
          const wait = this.#pass(name);
          const run = (): unknown => {
            if (name === 'close') this.#open.delete(inner);
            return call(...args);
          };
          return wait === undefined ? run() : wait.then(run);
        };
      },
    });
  }
}
