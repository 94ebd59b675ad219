/** Several values for each key. A key without values takes no memory. */
export class MultiMap<K, V> {
  readonly #sets = new Map<K, Set<V>>();

  add(key: K, value: V): void {
    const values = this.#sets.get(key);
    if (values === undefined) this.#sets.set(key, new Set([value]));
    else values.add(value);
  }

  delete(key: K, value: V): void {
    const values = this.#sets.get(key);
    if (values === undefined) return;
    values.delete(value);
    if (values.size === 0) this.#sets.delete(key);
  }

  has(key: K): boolean {
    return this.#sets.has(key);
  }

  /** In the order in which they were added. */
  of(key: K): Iterable<V> {
    return this.#sets.get(key) ?? [];
  }

  keys(): Iterable<K> {
    return this.#sets.keys();
  }
}
