/**
 * Several values for each key. A key without values takes no memory, and one with a single value
 * takes no set: most have one.
 */
export class MultiMap<K, V extends object> {
  readonly #values = new Map<K, V | Set<V>>();

  add(key: K, value: V): void {
    const before = this.#values.get(key);
    if (before === undefined) this.#values.set(key, value);
    else if (before instanceof Set) before.add(value);
    else this.#values.set(key, new Set([before, value]));
  }

  delete(key: K, value: V): void {
    const before = this.#values.get(key);
    if (before === value) this.#values.delete(key);
    else if (before instanceof Set && before.delete(value) && before.size === 0) this.#values.delete(key);
  }

  has(key: K): boolean {
    return this.#values.has(key);
  }

  /** In the order in which they were added. */
  of(key: K): Iterable<V> {
    const values = this.#values.get(key);
    if (values === undefined) return [];
    return values instanceof Set ? values : [values];
  }

  keys(): Iterable<K> {
    return this.#values.keys();
  }
}
