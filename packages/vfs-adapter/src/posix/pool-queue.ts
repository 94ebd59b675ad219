/** So many calls that have started are forgotten together. */
const MANY = 64;

/**
 * Calls that take less than this on average, in milliseconds, wait for no disk. A client that makes
 * such calls may have as many on the pool as there is room for, because they are soon over.
 */
const FAST_MS = 1;
/** The part that each call has in the average. */
const WEIGHT = 1 / 8;

/** The calls of one client. */
interface Lane {
  /** How long a call takes on average. */
  meanMs: number;
  running: number;
  readonly waiting: ((ended: () => void) => void)[];
  /** Index of the first that waits. */
  next: number;
}

/**
 * A queue in front of the thread pool. The pool itself serves first come, first served, so the
 * calls of one client would keep those of all others waiting: a disk may take a second for an
 * fsync. Here the clients take turns, and no client whose calls are slow has all threads.
 */
export class PoolQueue {
  readonly #total: number;
  readonly #perClient: number;
  readonly #now: () => number;
  readonly #lanes = new Map<object, Lane>();
  /** Lanes whose first call may start when there is room, the one whose turn it is first. */
  readonly #ready = new Map<Lane, object>();
  #running = 0;

  /**
   * @param total how many calls are on the pool at most
   * @param perClient how many of them are of one client at most, if its calls are slow
   * @param now milliseconds of a monotonic clock
   */
  constructor(total: number, perClient: number, now = () => performance.now()) {
    this.#total = total;
    this.#perClient = perClient;
    this.#now = now;
  }

  /**
   * Calls `start` when it is the client's turn. It is called with a function that has to be called
   * once, when the call has ended.
   */
  add(client: object, start: (ended: () => void) => void): void {
    let lane = this.#lanes.get(client);
    if (lane === undefined) {
      lane = { meanMs: FAST_MS, running: 0, waiting: [], next: 0 };
      this.#lanes.set(client, lane);
    }
    lane.waiting.push(start);
    this.#makeReady(client, lane);
    this.#startAll();
  }

  #ended(client: object, lane: Lane, begun: number): void {
    this.#running -= 1;
    lane.running -= 1;
    lane.meanMs += (this.#now() - begun - lane.meanMs) * WEIGHT;
    if (lane.running === 0 && lane.next === lane.waiting.length) this.#lanes.delete(client);
    else this.#makeReady(client, lane);
    this.#startAll();
  }

  #makeReady(client: object, lane: Lane): void {
    const most = lane.meanMs < FAST_MS ? this.#total : this.#perClient;
    if (lane.next < lane.waiting.length && lane.running < most) this.#ready.set(lane, client);
  }

  #startAll(): void {
    while (this.#running < this.#total) {
      const [first] = this.#ready;
      if (first === undefined) return;
      const [lane, client] = first;
      this.#ready.delete(lane);
      const start = lane.waiting[lane.next]!;
      lane.next += 1;
      if (lane.next === lane.waiting.length || lane.next === MANY) {
        lane.waiting.splice(0, lane.next);
        lane.next = 0;
      }
      this.#running += 1;
      lane.running += 1;
      this.#makeReady(client, lane);
      const begun = this.#now();
      start(() => this.#ended(client, lane, begun));
    }
  }
}

/** Calls of work whose client is not known are all in one lane. */
const NOBODY = {};

let client: object = NOBODY;

/**
 * The calls on the thread pool that begin from now on are for this client; undefined: for nobody in
 * particular. Each client gets its share of the pool.
 */
export function storageFor(forClient: object | undefined): void {
  client = forClient ?? NOBODY;
}

/** The client that calls begin for now. */
export function currentClient(): object {
  return client;
}

/** How many threads the pool has, unless the environment says otherwise. */
const DEFAULT_THREADS = 4;
/** The most threads that libuv makes. */
const MAX_THREADS = 1024;

/**
 * A queue for the thread pool of this process. The pool has more calls than threads, so that no
 * thread waits for the event loop; but no client can have a slow call on every thread.
 *
 * @param size the environment's UV_THREADPOOL_SIZE
 */
export function queueOfPool(size: string | undefined): PoolQueue {
  const threads = Math.min(MAX_THREADS, Math.max(1, Number.parseInt(size ?? '', 10) || DEFAULT_THREADS));
  return new PoolQueue(Math.min(MAX_LATER, 2 * threads), Math.min(MAX_LATER, Math.max(1, threads - SPARED)));
}

/** Threads that one client leaves to others. */
const SPARED = 2;
/** koffi refuses more than 256 calls at a time. */
const MAX_LATER = 128;
