import type { ServerEnvironment } from '../config.ts';
import { type NotifyChange, Turn } from '../model/index.ts';

/** Is told of changes: a NotifyWatch. */
export interface Listener {
  push(change: NotifyChange): void;
  overflow(): void;
}

/** One change, and a watch that is told of it. */
export interface Told {
  readonly watch: Listener;
  readonly change: NotifyChange;
}

/**
 * How many may wait to be told. Whoever would be told of more is told only that too much has
 * happened to list it.
 */
const MAX_WAITING = 100_000;

/**
 * Tells watches of changes. Many watches are told in several turns of the event loop. Each watch is
 * told of changes in the order in which they happened.
 */
export class Tellings {
  readonly #env: Pick<ServerEnvironment, 'now' | 'timer'>;
  /** What waits, oldest first. */
  readonly #queue: (readonly Told[])[] = [];
  #waiting = 0;
  #isTelling = false;
  /** Watches that missed something. */
  readonly #behind = new Set<Listener>();

  constructor(env: Pick<ServerEnvironment, 'now' | 'timer'>) {
    this.#env = env;
  }

  tell(told: readonly Told[]): void {
    if (this.#isTelling && this.#waiting + told.length > MAX_WAITING) {
      for (const { watch } of told) this.#behind.add(watch);
      return;
    }
    this.#queue.push(told);
    this.#waiting += told.length;
    if (!this.#isTelling) void this.#goOn();
  }

  async #goOn(): Promise<void> {
    this.#isTelling = true;
    const turn = new Turn(this.#env);
    let count = 0;
    for (let told = this.#queue[0]; told !== undefined; told = this.#queue[0]) {
      for (const { watch, change } of told) {
        count += 1;
        // What few watch is told at once, whatever the time.
        const others = count % AT_ONCE === 0 ? turn.over() : undefined;
        if (others !== undefined) await others;
        watch.push(change);
        this.#waiting -= 1;
      }
      this.#queue.shift();
      if (this.#queue.length === 0 && this.#behind.size > 0) await this.#overflow(turn);
    }
    this.#isTelling = false;
  }

  async #overflow(turn: Turn): Promise<void> {
    for (const watch of this.#behind) {
      this.#behind.delete(watch);
      const others = turn.over();
      if (others !== undefined) await others;
      watch.overflow();
    }
  }
}

/** How many watches are told between two looks at the clock. */
const AT_ONCE = 16;
