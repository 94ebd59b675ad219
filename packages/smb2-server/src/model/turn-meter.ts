import type { ServerEnvironment } from '../config.ts';
import { TurnHistogram, type TurnTimes } from './turn-histogram.ts';
import { TURN_MS } from './turns.ts';

/**
 * What a turn of the event loop was used for: the code of an SMB2 command, or a word for what has
 * no command.
 */
export type Work = number | string;

/** The longest turn. */
export interface LongestTurn {
  readonly ms: number;
  /** The work that most of the turn was used for. */
  readonly work: Work;
  /** The share that the work was about; undefined if it was about none. */
  readonly share: string | undefined;
  /** FILETIME of its end. */
  readonly at: bigint;
}

/** The turns of a period. */
export interface TurnPeriod extends TurnTimes {
  /** Milliseconds of the monotonic clock that the period lasted. */
  readonly ms: number;
  readonly longest: LongestTurn | undefined;
}

/**
 * Measures the turns of one event loop. A turn begins where control comes from the loop (a message,
 * a timer, a result of the thread pool), and ends when all promise continuations that follow from
 * that have run. Each thread that runs an engine has a meter of its own.
 */
export class TurnMeter {
  /** When the last piece of work ended, or the turn began. Milliseconds, monotonic. */
  mark = 0;
  /** Distinguishes the turns. */
  serial = 0;
  /** Called with the milliseconds that this turn took, when it ends. */
  atEnd: ((ms: number) => void) | undefined;
  readonly #env: Pick<ServerEnvironment, 'now' | 'wallTime' | 'nextTick'>;
  readonly #sinceStart: Period;
  readonly #sinceLook: Period;
  #isOpen = false;
  /** Whether promise continuations may go on when the code that is running now has returned. */
  #goesOn = false;
  #begun = 0;
  /** Whom the time is counted for that no `did` has claimed. */
  #rest: Work = '';
  #restShare: string | undefined;
  /** The piece of work in this turn that took longest. */
  #most = 0;
  #work: Work = '';
  #share: string | undefined;
  // Functions that are made once, so that a turn allocates nothing here.
  readonly #returned = (): void => {
    if (this.#goesOn) void RESOLVED.then(this.#drain);
    else this.#over();
  };
  /** All microtasks run before the next tick, also those that are queued meanwhile. */
  readonly #drain = (): void => this.#env.nextTick!(this.#end);
  readonly #end = (): void => this.#over();

  constructor(env: Pick<ServerEnvironment, 'now' | 'wallTime' | 'nextTick'>) {
    this.#env = env;
    this.mark = env.now();
    this.#sinceStart = new Period(this.mark);
    this.#sinceLook = new Period(this.mark);
  }

  /**
   * Control has come from the event loop, for this work. Returns the time, in milliseconds of the
   * monotonic clock. Within a turn it does nothing and returns the time of the last mark.
   *
   * @param goesOn false: whatever promises go on in this turn will be announced by `waits`
   */
  enter(work: Work, goesOn = true): number {
    if (this.#isOpen) {
      if (goesOn) this.#goesOn = true;
      return this.mark;
    }
    const now = this.#env.now();
    this.mark = now;
    if (this.#env.nextTick === undefined) return now;
    this.#isOpen = true;
    this.serial += 1;
    this.#goesOn = goesOn;
    this.#begun = now;
    this.#rest = work;
    this.#restShare = undefined;
    this.#most = 0;
    this.#work = work;
    this.#share = undefined;
    this.#env.nextTick(this.#returned);
    return now;
  }

  /** The time since the last mark was used for this work. */
  did(work: Work, share: string | undefined): void {
    const now = this.#env.now();
    if (this.#isOpen) this.#count(now - this.mark, work, share);
    this.mark = now;
  }

  /** This work waits for a promise. The promise may resolve in this very turn. */
  waits(work: Work, share: string | undefined): void {
    this.#goesOn = true;
    this.#rest = work;
    this.#restShare = share;
  }

  get isMeasuring(): boolean {
    return this.#isOpen;
  }

  /** Whether this turn has used the event loop for as long as it may, up to the last mark. */
  get isSpent(): boolean {
    return this.#isOpen && this.mark - this.#begun >= TURN_MS;
  }

  /** The turns since the start, and those since the last call of this. */
  look(): { readonly sinceStart: TurnPeriod; readonly sinceLook: TurnPeriod } {
    const now = this.#env.now();
    const periods = { sinceStart: this.#sinceStart.report(now), sinceLook: this.#sinceLook.report(now) };
    this.#sinceLook.begin(now);
    return periods;
  }

  #count(ms: number, work: Work, share: string | undefined): void {
    if (ms <= this.#most) return;
    this.#most = ms;
    this.#work = work;
    this.#share = share;
  }

  #over(): void {
    const now = this.#env.now();
    this.#count(now - this.mark, this.#rest, this.#restShare);
    this.#isOpen = false;
    const ms = now - this.#begun;
    this.atEnd?.(ms);
    this.atEnd = undefined;
    const isLongest = this.#sinceStart.add(ms);
    if (!this.#sinceLook.add(ms) && !isLongest) return;
    const longest = { ms, work: this.#work, share: this.#share, at: this.#env.wallTime() };
    this.#sinceLook.longest = longest;
    if (isLongest) this.#sinceStart.longest = longest;
  }
}

class Period {
  longest: LongestTurn | undefined;
  readonly #turns = new TurnHistogram();
  #since: number;

  constructor(now: number) {
    this.#since = now;
  }

  /** Returns true if no turn was longer. */
  add(ms: number): boolean {
    const isLongest = ms > this.#turns.max;
    this.#turns.add(ms);
    return isLongest;
  }

  begin(now: number): void {
    this.#turns.clear();
    this.#since = now;
    this.longest = undefined;
  }

  report(now: number): TurnPeriod {
    return { ...this.#turns.times(), ms: now - this.#since, longest: this.longest };
  }
}

const RESOLVED = Promise.resolve();
