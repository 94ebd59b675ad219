/** How long the back end may take to report a change, in ms. */
const LATE_MS = 2_000;
/** When this many changes are remembered, old ones are looked for and dropped. */
const MANY = 4_096;

interface Own {
  at: number;
  /**
   * How many times the name was added or removed, and how many of these events each watcher has
   * seen.
   */
  names: number;
  readonly seen: Map<object, number>;
}

/**
 * Changes that this server made a moment ago. Watchers were told of them at once, so the back end's
 * event about the same change is not reported again.
 */
export class OwnChanges {
  /** Some watcher receives events of a back end. Until then nothing is remembered. */
  watched = false;
  readonly #recent = new Map<string, Own>();
  readonly #now: () => number;
  readonly #modifiedLateMs: number;

  /**
   * @param now milliseconds of a monotonic clock
   * @param modifiedLateMs how long the back end may take to report changes of bytes, times and
   *   attributes, which are not counted
   */
  constructor(now: () => number, modifiedLateMs = LATE_MS) {
    this.#now = now;
    this.#modifiedLateMs = modifiedLateMs;
  }

  /** How many changes are remembered. */
  get size(): number {
    return this.#recent.size;
  }

  /**
   * Remembers that this server changed something.
   *
   * @param key the key of what was changed
   * @param isName whether a name was added or removed
   */
  note(key: string, isName: boolean): void {
    if (!this.watched) return;
    const now = this.#now();
    if (this.#recent.size >= MANY) this.#forget(now);
    const known = this.#recent.get(key);
    if (known === undefined || now - known.at > LATE_MS) {
      this.#recent.set(key, { at: now, names: isName ? 1 : 0, seen: new Map() });
      return;
    }
    known.at = now;
    if (isName) known.names += 1;
  }

  /**
   * True when the event of `key` that `watcher` received comes from a change that this server made.
   */
  isOwn(key: string, isName: boolean, watcher: object): boolean {
    const own = this.#recent.get(key);
    if (own === undefined || this.#now() - own.at > (isName ? LATE_MS : this.#modifiedLateMs)) return false;
    if (!isName) return true;
    const seen = own.seen.get(watcher) ?? 0;
    if (seen >= own.names) return false;
    own.seen.set(watcher, seen + 1);
    return true;
  }

  #forget(now: number): void {
    for (const [key, own] of this.#recent) if (now - own.at > LATE_MS) this.#recent.delete(key);
    // If there were so many changes at once that few of them are old, the oldest are dropped until
    // half are left; their events are then reported twice. If only one were dropped, each later
    // change would have to look at all of them again.
    for (const key of this.#recent.keys()) {
      if (this.#recent.size <= MANY / 2) return;
      this.#recent.delete(key);
    }
  }
}
