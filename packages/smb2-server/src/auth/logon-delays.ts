import { accountKey } from '@tsmbd/ms-dtyp';
import type { ServerEnvironment } from '../config.ts';
import type { LogonTurn, LogonTurns } from '../model/index.ts';
import { addressKey } from './address-key.ts';
import { type LaneRule, LogonLane } from './logon-lane.ts';

/**
 * Slows down attempts to guess passwords, and no other logons.
 *
 * An attempt waits before its verdict, never after it: while a delay runs, a right password takes
 * as long as a wrong one and gets the same answer. Attempts wait in lanes. In a lane, each attempt
 * waits until there is a verdict on the one before it, so N guesses at the same time take N delays:
 *
 * 1. The account from this address. Each failure doubles the delay, from 250 ms to 4 s; a
 *    successful logon ends it. This lane is what stops a guesser. Four attempts may wait; further
 *    ones are refused without a look at their password.
 * 2. The address, against guesses at many names: 250 ms after the eighth failure. A logon with
 *    another account does not end this delay; otherwise a guesser with an account of their own
 *    would have no delay. Nobody waits in this lane for more than a second, so that other users
 *    behind the same address get in. 32 attempts may wait; further ones are refused.
 * 3. The account, against guesses from many addresses: the same delay, but nobody is refused;
 *    otherwise strangers could lock a user out.
 *
 * An account that has logged on from an address is known there as long as this server runs, and
 * then waits in the first lane only. So strangers elsewhere cannot make it wait: only a guesser at
 * the same address, using the same name, can.
 *
 * Names that no account has are treated like all others, so the delays do not tell which accounts
 * exist. An IPv6 client is identified by its /64. The amount that is remembered is bounded, and the
 * oldest is forgotten first. A failure counts for a minute.
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
   * Resolves when the password may be checked. Resolves with undefined when it may not, and the
   * client is refused.
   *
   * @param address of the client, as its transport reports it
   * @param name of the account, as the client gives it
   * @param wanted returns false when the client has gone and needs no verdict
   */
  async turn(address: string, name: string, wanted: () => boolean): Promise<LogonTurn | undefined> {
    const from = addressKey(address);
    // No account has a name longer than this.
    const account = accountKey(name.slice(0, LONGEST_NAME));
    const pair = `${from} ${account}`;
    const own = this.#pairs.lane(pair, this.#env);
    // The lanes are looked up when they are entered, not before: a lane that nobody is in may be
    // forgotten meanwhile.
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
/** How many lanes of each kind, and how many known accounts, are remembered. */
const MAX_REMEMBERED = 10_000;

/** The lanes of one kind, by what the attempts in a lane have in common. */
class Lanes {
  readonly #rule: LaneRule;
  /** In the order of their last use, the oldest first. */
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
  // A set keeps the order of insertion: its first element is the oldest.
  if (known.size > MAX_REMEMBERED) known.delete(known.values().next().value as string);
}
