import type { WorkerLink } from '@tsmbd/smb2-server';
import { workerLinks } from '@tsmbd/smb2-server/testing';

/** A message that is under way between two workers. */
interface Letter {
  readonly from: number;
  readonly to: number;
  readonly deliver: () => void;
}

/**
 * The messages between the workers of one server. They take different times: those of one pair of
 * workers keep their order, and the random numbers decide about all others.
 */
export class Mail {
  readonly links: readonly WorkerLink[];
  /** A worker dies, and is there again: see `WorkerLinks`. */
  readonly kill: (worker: number) => void;
  readonly revive: (worker: number) => void;
  readonly #random: (below: number) => number;
  readonly #letters: Letter[] = [];
  #isAwake = false;

  /** @param change what becomes of a message; undefined: it is lost */
  constructor(
    count: number,
    random: (below: number) => number,
    change?: (message: unknown, from: number, to: number) => unknown,
  ) {
    this.#random = random;
    const { links, kill, revive } = workerLinks(count, (deliver, from, to) => this.#take({ from, to, deliver }));
    this.kill = kill;
    this.revive = revive;
    this.links =
      change === undefined
        ? links
        : links.map((link) => {
            const { post } = link;
            link.post = (to, message, moved) => {
              const changed = change(message, link.own, to);
              if (changed !== undefined) post.call(link, to, changed, moved);
            };
            return link;
          });
  }

  get isUnderWay(): boolean {
    return this.#letters.length > 0;
  }

  #take(letter: Letter): void {
    this.#letters.push(letter);
    this.#wake();
  }

  #wake(): void {
    if (this.#isAwake) return;
    this.#isAwake = true;
    setImmediate(() => {
      this.#isAwake = false;
      // In some turns nothing arrives, in some several messages.
      for (let n = this.#random(3); n > 0 && this.#letters.length > 0; n--) this.#deliverOne();
      if (this.#letters.length > 0) this.#wake();
    });
  }

  #deliverOne(): void {
    const chosen = this.#letters[this.#random(this.#letters.length)]!;
    const first = this.#letters.findIndex(({ from, to }) => from === chosen.from && to === chosen.to);
    const [letter] = this.#letters.splice(first, 1);
    letter!.deliver();
  }
}
