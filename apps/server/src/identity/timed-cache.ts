interface Entry<T> {
  readonly value: T;
  /** When it is asked for again, in ms of a monotonic clock. */
  readonly until: number;
}

/** How answers of a slow source are kept. Times are in ms. */
export interface CacheTimes {
  /** How long an answer is good. */
  readonly found: number;
  /** How long it is good that there was no answer. */
  readonly missing: number;
  /** How long somebody waits for an answer. */
  readonly patience: number;
  /** How many questions are asked at once. */
  readonly atOnce: number;
  /** How many answers are kept. */
  readonly max: number;
}

/** The most questions that wait for others to be answered. */
const MAX_WAITING = 1_000;

/** The source did not answer in time. */
export class Unanswered extends Error {}

/**
 * Answers of a source that may take seconds, such as a directory service. One question is asked
 * once however many wait for it. If the source fails or is silent, the last answer counts, however
 * old it is; without one, the caller gets the error.
 */
export class TimedCache<T> {
  readonly #times: CacheTimes;
  readonly #now: () => number;
  readonly #kept = new Map<string, Entry<T | undefined>>();
  readonly #asked = new Map<string, Promise<T | undefined>>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(times: CacheTimes, now = () => performance.now()) {
    this.#times = times;
    this.#now = now;
  }

  async get(key: string, ask: () => Promise<T | undefined>): Promise<T | undefined> {
    const kept = this.#kept.get(key);
    if (kept !== undefined && kept.until > this.#now()) return kept.value;
    let asked = this.#asked.get(key);
    if (asked === undefined) {
      asked = this.#ask(key, ask).finally(() => this.#asked.delete(key));
      this.#asked.set(key, asked);
    }
    try {
      return await inTime(asked, this.#times.patience);
    } catch (error) {
      if (kept !== undefined) return kept.value;
      throw error;
    }
  }

  async #ask(key: string, ask: () => Promise<T | undefined>): Promise<T | undefined> {
    if (this.#waiting.length >= MAX_WAITING) throw new Unanswered('too many questions wait');
    if (this.#running >= this.#times.atOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running += 1;
    try {
      const value = await ask();
      const { found, missing, max } = this.#times;
      this.#kept.delete(key);
      this.#kept.set(key, { value, until: this.#now() + (value === undefined ? missing : found) });
      if (this.#kept.size > max) this.#kept.delete(this.#kept.keys().next().value!);
      return value;
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }
}

async function inTime<T>(promise: Promise<T>, ms: number): Promise<T> {
  // Nobody may be waiting any more when the answer comes.
  promise.catch(() => {});
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Unanswered(`no answer for ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
