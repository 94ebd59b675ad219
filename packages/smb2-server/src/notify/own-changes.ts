/** How long the back end may take to tell of a change, in ms. */
const LATE_MS = 2_000;
/** Changes remembered before old ones are looked for. */
const MANY = 4_096;

interface Own {
  at: number;
  /** Names that came or went, and whose events have not been seen, by who watches. */
  names: number;
  readonly seen: Map<object, number>;
}

/**
 * What this server changed a moment ago: watchers were told of that at once, so the back end's
 * event of the same is not told again.
 */
export class OwnChanges {
  /** Somebody has events of a back end; until then nothing is remembered. */
  watched = false;
  readonly #recent = new Map<string, Own>();
  readonly #now: () => number;
  readonly #modifiedLateMs: number;

  /**
   * @param now milliseconds of a monotonic clock
   * @param modifiedLateMs how long the back end may take to tell of bytes, times and attributes,
   *   which are not counted
   */
  constructor(now: () => number, modifiedLateMs = LATE_MS) {
    this.#now = now;
    this.#modifiedLateMs = modifiedLateMs;
  }

  /** Changes that are remembered. */
  get size(): number {
    return this.#recent.size;
  }

  /**
   * This server changed something.
   *
   * @param key what the changed thing is known by
   * @param isName a name came or went
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

  /** True when the event of `key` that `watcher` has is of a change that this server made. */
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
    // So many at once that few are old: the oldest go until half is left, and their events are told
    // twice. Were it but one, each change after it would look at all of them again.
    for (const key of this.#recent.keys()) {
      if (this.#recent.size <= MANY / 2) return;
      this.#recent.delete(key);
    }
  }
}
