import { seeded } from '@tsmbd/tool-random';
import test from 'ava';
import { apply, type FileCommand, type FileEffect, type FileState, newFileState } from '../src/index.ts';
import { violationIn } from '../src/testing.ts';
import { bits, leased, open } from './support/commands.ts';

const WISHES = ['', 'R', 'RH', 'RW', 'RWH'] as const;
const SHARES = [7, 7, 7, 1, 0] as const;
const ACCESSES = [1, 3, 0x1_0001, 0x80] as const;
const KINDS = ['durable', 'persistent', 'resilient'] as const;
const OPLOCKS = [0, 1, 8, 9] as const;

/** What an engine knows of one file: requests that wait, and breaks whose timers run. */
class Play {
  readonly state: FileState = newFileState();
  readonly waiting = new Map<number, FileCommand>();
  readonly timers = new Set<string>();
  readonly script: string[] = [];
  #retries: number[] = [];
  #purges: number[] = [];

  run(command: FileCommand): void {
    this.script.push(JSON.stringify(command, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v)));
    const { result, effects } = apply(this.state, command);
    const waits = result === 'wait' || (typeof result === 'object' && 'status' in result && result.status === 'wait');
    if ('waiter' in command && command.waiter !== undefined) {
      if (waits) this.waiting.set(command.waiter, command);
      else this.waiting.delete(command.waiter);
    }
    for (const effect of effects) this.#effect(effect);
    // What waits for its client and stands in the way is closed, as an engine does it.
    if (command.type === 'disconnect' && result === 'close') this.#purges.push(command.open);
    for (let open = this.#purges.pop(); open !== undefined; open = this.#purges.pop())
      this.run({ type: 'close', open });
    this.check();
    for (let waiter = this.#retries.shift(); waiter !== undefined; waiter = this.#retries.shift()) {
      const again = this.waiting.get(waiter);
      if (again !== undefined) this.run(again);
    }
  }

  #effect(effect: FileEffect): void {
    switch (effect.type) {
      case 'break-lease':
      case 'break-oplock': {
        const name = effect.type === 'break-lease' ? `lease ${effect.lease}` : `open ${effect.open}`;
        if (this.timers.has(name)) throw new Error(`${name} is told twice`);
        if (effect.acknowledge) this.timers.add(name);
        break;
      }
      case 'break-ended': {
        const name = 'lease' in effect.holder ? `lease ${effect.holder.lease}` : `open ${effect.holder.open}`;
        if (!this.timers.delete(name)) throw new Error(`${name} ends a break that it does not have`);
        break;
      }
      case 'purge': {
        // Stands for the break that nobody can be told of; its end is the last close.
        const lease = this.state.opens.get(effect.open)?.lease;
        this.timers.add(lease === undefined ? `open ${effect.open}` : `lease ${lease}`);
        this.#purges.push(effect.open);
        break;
      }
      case 'retry':
        this.#retries.push(effect.waiter);
        break;
    }
  }

  /** What must hold between any two commands. */
  check(): void {
    const { state } = this;
    if (this.#purges.length > 0) return;
    const holders = [
      ...[...state.opens.values()].map((o) => ({ name: `open ${o.id}`, ...o, lease: undefined })),
      ...[...state.leases.values()].map((l) => ({ name: `lease ${l.id}`, ...l, lease: l.id })),
    ];
    for (const holder of holders) {
      if (this.timers.has(holder.name) !== (holder.breaking !== undefined)) throw new Error(`${holder.name}: timer`);
    }
    const violation = violationIn(state);
    if (violation !== undefined) throw new Error(violation);
    // Nobody waits for nothing.
    if (this.waiting.size > 0 && this.timers.size === 0 && this.#retries.length === 0)
      throw new Error('waits for ever');
  }
}

function command(play: Play, next: (below: number) => number, id: number): FileCommand {
  const opens = [...play.state.opens.keys()];
  const some = opens[next(opens.length || 1)] ?? 1;
  const more = {
    share: SHARES[next(SHARES.length)]!,
    access: ACCESSES[next(ACCESSES.length)]!,
    overwrites: next(8) === 0,
    deleteOnClose: next(20) === 0,
  };
  const timers = [...play.timers];
  const timer = timers[next(timers.length || 1)]?.split(' ');
  const holder = timer?.[0] === 'lease' ? { lease: timer[1]! } : { open: Number(timer?.[1] ?? some) };
  const change = { type: 'change', open: some, parentLease: undefined } as const;
  const who = { owner: 'alice', client: 'client', createGuid: undefined } as const;
  switch (next(16)) {
    case 12:
      return { type: 'make-durable', open: some, kind: KINDS[next(3)]!, ...who };
    case 13:
    case 14:
      return { type: 'disconnect', open: some };
    case 15:
      return { type: 'reconnect', open: some, ...who, lease: play.state.opens.get(some)?.lease };
    case 0:
    case 1:
      return open(id, { ...more, oplock: OPLOCKS[next(4)]! });
    case 2:
    case 3:
    case 4:
      return leased(id, 'abc'[next(3)]!, WISHES[next(5)]!, more);
    case 5:
    case 6:
    case 7:
      return { type: 'acknowledge', holder, keep: bits(WISHES[next(5)]!) };
    case 8:
      return { type: 'break-expired', holder };
    case 9:
      return { ...change, what: 'data', waiter: undefined };
    case 10:
      return { ...change, what: 'name', waiter: id };
    default:
      return { type: 'close', open: some };
  }
}

test('whatever clients do in whatever order, grants agree and every wait ends', (t) => {
  for (let seed = 1; seed <= 1500; seed++) {
    const next = seeded(seed);
    const play = new Play();
    try {
      for (let id = 1; id <= 60; id++) play.run(command(play, next, id));
      // Silence: every break that is not answered ends, and with it every wait.
      for (let left = 1000; play.timers.size > 0 && left > 0; left--) {
        const [kind, name] = [...play.timers][0]!.split(' ');
        play.run({ type: 'break-expired', holder: kind === 'lease' ? { lease: name! } : { open: Number(name) } });
      }
      if (play.timers.size > 0 || play.waiting.size > 0) throw new Error('something never ends');
    } catch (error) {
      t.fail(`seed ${seed}: ${(error as Error).message}\n${play.script.slice(-12).join('\n')}`);
      return;
    }
  }
  t.pass();
});
