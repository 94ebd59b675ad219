import { accountKey } from '@tsmbd/ms-dtyp';
import type { ServerEnvironment } from '../config.ts';
import type { LogonTurn, LogonTurns } from '../model/index.ts';
import { addressKey } from './address-key.ts';
import { type LaneRule, LogonLane } from './logon-lane.ts';

/**
 * Slows guesses at passwords, and nobody else.
 *
 * An attempt waits before its verdict, never after it: while a delay runs, a right password takes
 * as long as a wrong one and is answered the same. It waits in lanes, in which one attempt stands
 * behind the other until the verdict on the one before is there, so that N guesses at once take N
 * delays:
 *
 * 1. The account from this address. Each failure doubles the delay, from 250 ms to 4 s; a logon
 *    ends it. This is what stops a guesser. Four wait, more are refused without a look at their
 *    password.
 * 2. The address, for guesses at many names: 250 ms after the eighth failure. A logon with another
 *    account does not end it, or a guesser with an account of his own would have none. Nobody waits
 *    here for more than a second, so that others behind the same address get in; 32 wait, more are
 *    refused.
 * 3. The account, for guesses from many addresses: the same, but nobody is refused, or strangers
 *    could lock a user out.
 *
 * An account that has logged on from an address is known there as long as this server runs, and
 * waits in the first lane alone: whatever strangers do, it is one guesser at the same address and
 * the same name who can make it wait.
 *
 * Names that no account has are treated as all others: nothing tells who exists. An IPv6 client is
 * its /64. What is remembered is bounded, the oldest forgotten first; a failure counts for a
 * minute.
 */
export class LogonDelays implements LogonTurns {
  readonly #env: ServerEnvironment;
  readonly #pairs = new Lanes(PAIR);
  readonly #addresses = new Lanes(ADDRESS);
  readonly #accounts = new Lanes(ACCOUNT);
  readonly #known = new Set<string>();

  constructor(env: ServerEnvironment) {
    this.#env = env;
  }

  /**
   * Resolves when the password may be looked at; undefined: it may not, and the client is refused.
   *
   * @param address of the client, as its transport says it
   * @param name of the account, as the client says it
   * @param wanted false when the client has gone: it needs no verdict
   */
  async turn(address: string, name: string, wanted: () => boolean): Promise<LogonTurn | undefined> {
    const from = addressKey(address);
    // A name longer than any account's is no account's.
    const account = accountKey(name.slice(0, LONGEST_NAME));
    const pair = `${from} ${account}`;
    const own = this.#pairs.lane(pair, this.#env);
    // Looked up when they are entered, not before: a lane that nobody is in may be forgotten
    // meanwhile.
    const lanes = [() => own];
    if (!this.#known.has(pair)) {
      lanes.push(
        () => this.#addresses.lane(from, this.#env),
        () => this.#accounts.lane(account, this.#env),
      );
    }
    const entered: LogonLane[] = [];
    for (const find of lanes) {
      const lane = find();
      if (await lane.enter(wanted)) {
        entered.push(lane);
        continue;
      }
      for (const before of entered) before.leave('neither');
      return undefined;
    }
    return {
      end: (outcome) => {
        if (outcome === 'right') {
          own.forget();
          remember(this.#known, pair);
        }
        for (const lane of entered) lane.leave(outcome);
      },
    };
  }
}

const PAIR: LaneRule = {
  gap: (failures) => Math.min(4000, 250 * 2 ** Math.min(failures - 1, 10)),
  held: 4,
  longest: Number.POSITIVE_INFINITY,
};
const ADDRESS: LaneRule = { gap: (failures) => (failures < 8 ? 0 : 250), held: 32, longest: 1000 };
const ACCOUNT: LaneRule = { ...ADDRESS, held: Number.POSITIVE_INFINITY };

const LONGEST_NAME = 256;
/** Lanes of each kind, and known accounts. */
const MAX_REMEMBERED = 10_000;

/** The lanes of one kind, by what their attempts have in common. */
class Lanes {
  readonly #rule: LaneRule;
  /** In the order of their last use. */
  readonly #lanes = new Map<string, LogonLane>();

  constructor(rule: LaneRule) {
    this.#rule = rule;
  }

  lane(key: string, env: ServerEnvironment): LogonLane {
    const lane = this.#lanes.get(key) ?? new LogonLane(env, this.#rule);
    this.#lanes.delete(key);
    this.#lanes.set(key, lane);
    if (this.#lanes.size > MAX_REMEMBERED) this.#forgetOne();
    return lane;
  }

  #forgetOne(): void {
    for (const [key, lane] of this.#lanes) {
      if (!lane.isIdle) continue;
      this.#lanes.delete(key);
      return;
    }
  }
}

function remember(known: Set<string>, pair: string): void {
  known.delete(pair);
  known.add(pair);
  // A set keeps the order of insertion: the first is the oldest.
  if (known.size > MAX_REMEMBERED) known.delete(known.values().next().value as string);
}
