import { INFLATED_AT_ONCE } from '@tsmbd/smb-compression';
import type { ServerEnvironment } from '../config.ts';
import { inNextTurn } from '../model/index.ts';

/**
 * How many bytes all compressed messages together may inflate to in one turn of the event loop.
 * That takes up to 5 ms with the slowest algorithm.
 */
const INFLATED_PER_TURN = 2 * INFLATED_AT_ONCE;
/** How many bytes messages may have together whose inflation has begun and is not over. */
const BEGUN_AT_ONCE = 32 << 20;

/** A compressed message whose turn has come, or will. */
export interface Inflating {
  /** Bytes of the message inside. */
  readonly size: number;
  /**
   * Inflates about INFLATED_AT_ONCE more bytes. The first call allocates them all. True: there is
   * nothing more to do.
   */
  goOn(): boolean;
}

interface Entry {
  readonly message: Inflating;
  /** Bytes that are not inflated yet. */
  left: number;
}

/**
 * A small compressed message can hold a large one. So all connections share what may be inflated in
 * one turn of the event loop. Messages whose inflation has begun take turns, a part each. The
 * others wait until there is memory for them, first come, first served. A connection has at most
 * one message that waits, and is not read meanwhile.
 */
export class InflateTurns {
  readonly #begun: Entry[] = [];
  readonly #waiting: Entry[] = [];
  /** Bytes of the messages that have begun. */
  #held = 0;
  /** Bytes inflated in this turn. */
  #taken = 0;
  readonly #goOnLater: () => void;

  constructor(env: Pick<ServerEnvironment, 'timer'>) {
    this.#goOnLater = inNextTurn(env, () => this.#nextTurn());
  }

  /**
   * Returns true if the message was inflated at once. If not, its `goOn` is called in later turns,
   * where it must not throw.
   */
  inflate(message: Inflating): boolean {
    const entry: Entry = { message, left: message.size };
    if (this.#begun.length === 0 && this.#waiting.length === 0) {
      while (this.#fits(entry)) if (this.#goOn(entry)) return true;
    }
    if (entry.left < message.size) this.#begin(entry);
    else this.#waiting.push(entry);
    this.#goOnLater();
    return false;
  }

  #begin(entry: Entry): void {
    this.#held += entry.message.size;
    this.#begun.push(entry);
  }

  #fits({ left }: Entry): boolean {
    return this.#taken === 0 || this.#taken + Math.min(left, INFLATED_AT_ONCE) <= INFLATED_PER_TURN;
  }

  #goOn(entry: Entry): boolean {
    const bytes = Math.min(entry.left, INFLATED_AT_ONCE);
    entry.left -= bytes;
    this.#taken += bytes;
    this.#goOnLater();
    return entry.message.goOn();
  }

  #nextTurn(): void {
    this.#taken = 0;
    for (;;) {
      this.#beginWaiting();
      const entry = this.#begun[0];
      if (entry === undefined || !this.#fits(entry)) break;
      this.#begun.shift();
      if (this.#goOn(entry)) this.#held -= entry.message.size;
      else this.#begun.push(entry);
    }
    if (this.#begun.length > 0) this.#goOnLater();
  }

  #beginWaiting(): void {
    for (;;) {
      const entry = this.#waiting[0];
      if (entry === undefined) return;
      if (this.#held > 0 && this.#held + entry.message.size > BEGUN_AT_ONCE) return;
      this.#waiting.shift();
      this.#begin(entry);
    }
  }
}
