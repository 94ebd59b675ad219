import type { ServerEnvironment } from '../config.ts';
import type { LogonOutcome } from '../model/index.ts';

/** The rules for how long the attempts of a lane wait. */
export interface LaneRule {
  /** Milliseconds between a failure and the next attempt, given the number of failures. */
  readonly gap: (failures: number) => number;
  /** How many attempts may wait while a delay runs; further ones are refused. */
  readonly held: number;
  /** An attempt that has waited this many milliseconds goes on, no matter what is before it. */
  readonly longest: number;
}

/** A failure is forgotten after this long. */
const FORGET_MS = 60_000;

interface Waiter {
  readonly wanted: () => boolean;
  readonly resolve: (mayGo: boolean) => void;
  readonly stopTimer: () => void;
}

/**
 * A queue of attempts that have something in common. Each waits for the verdict on the one before
 * it and, if that one failed, for the delay after it.
 */
export class LogonLane {
  readonly #env: ServerEnvironment;
  readonly #rule: LaneRule;
  readonly #waiting: Waiter[] = [];
  #inTurn = 0;
  #failures = 0;
  #failedAt = Number.NEGATIVE_INFINITY;
  #stopTimer: (() => void) | undefined;

  constructor(env: ServerEnvironment, rule: LaneRule) {
    this.#env = env;
    this.#rule = rule;
  }

  /** No attempt is in the lane or waits for it. */
  get isIdle(): boolean {
    return this.#inTurn === 0 && this.#waiting.length === 0;
  }

  /**
   * Resolves when the attempt's turn has come: with true, and then `leave` must be called after the
   * verdict; or with false, when the attempt is refused.
   *
   * @param wanted returns false when nobody waits for the verdict any more; then there is no
   *   verdict
   */
  enter(wanted: () => boolean): Promise<boolean> {
    this.#drop((waiter) => !waiter.wanted());
    const wait = this.#wait();
    if (this.isIdle && wait === 0) {
      this.#inTurn += 1;
      return Promise.resolve(true);
    }
    if (wait > 0 && this.#waiting.length >= this.#rule.held) return Promise.resolve(false);
    return new Promise((resolve) => {
      const { longest } = this.#rule;
      const waiter: Waiter = {
        wanted,
        resolve,
        stopTimer: longest === Number.POSITIVE_INFINITY ? () => {} : this.#env.timer(longest, () => this.#goOn(waiter)),
      };
      this.#waiting.push(waiter);
      this.#next();
    });
  }

  leave(outcome: LogonOutcome): void {
    this.#inTurn -= 1;
    if (outcome === 'wrong') {
      this.#failures = this.#kept() + 1;
      this.#failedAt = this.#env.now();
      // Attempts that came before the delay was known, beyond the number that may wait.
      const { held } = this.#rule;
      if (this.#wait() > 0) this.#drop((_, at) => at >= held);
    }
    this.#next();
  }

  /** A successful logon ends the delay for all attempts in this lane. */
  forget(): void {
    this.#failures = 0;
  }

  #kept(): number {
    return this.#env.now() - this.#failedAt < FORGET_MS ? this.#failures : 0;
  }

  /** Milliseconds until the next attempt. */
  #wait(): number {
    const failures = this.#kept();
    return failures === 0 ? 0 : Math.max(0, this.#failedAt + this.#rule.gap(failures) - this.#env.now());
  }

  #goOn(waiter: Waiter): void {
    const at = this.#waiting.indexOf(waiter);
    if (at < 0) return;
    this.#waiting.splice(at, 1);
    waiter.stopTimer();
    const mayGo = waiter.wanted();
    if (mayGo) this.#inTurn += 1;
    waiter.resolve(mayGo);
  }

  #drop(which: (waiter: Waiter, at: number) => boolean): void {
    for (const waiter of this.#waiting.filter(which)) {
      this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
      waiter.stopTimer();
      waiter.resolve(false);
    }
  }

  #next(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.#drop((waiter) => !waiter.wanted());
    const first = this.#waiting[0];
    if (first === undefined || this.#inTurn > 0) return;
    const wait = this.#wait();
    if (wait === 0) this.#goOn(first);
    else this.#stopTimer = this.#env.timer(wait, () => this.#next());
  }
}
