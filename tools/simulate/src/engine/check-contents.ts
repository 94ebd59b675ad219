import { CacheBits, type CacheHolder } from '@tsmbd/oplock-lease';
import { fail } from '../violation.ts';
import type { Holding, Machine } from './caches.ts';
import type { KnownOpen } from './client.ts';
import { namesOf } from './contents.ts';
import type { EngineRun } from './engine-run.ts';

const { READ } = CacheBits;

/** Bytes that a client read or wrote. */
export interface Expected {
  readonly open: KnownOpen;
  readonly at: number;
  readonly text: string;
  /** The file ends after these bytes. */
  readonly isWhole: boolean;
  /**
   * The value of World.changes if only the client's own request has changed files since it was
   * sent.
   */
  readonly changes: number;
}

/**
 * Checks the promises of leases and oplocks against what is on the disk: a client that may cache
 * must not have old content in its cache, and what was read and written must be on the disk.
 * [MS-SMB2] 3.3.1.12, [MS-FSA] 2.1.5.18
 */
export class ContentChecker {
  readonly #run: EngineRun;
  #expected: Expected[] = [];

  constructor(run: EngineRun) {
    this.#run = run;
  }

  expect(bytes: Expected): void {
    this.#expected.push(bytes);
  }

  async check(): Promise<void> {
    const { world, opens, machines } = this.#run;
    // An application that moved to another client took its opens with it. The client that had them
    // is not told. [MS-SMB2] 3.3.5.9.13
    for (const open of opens) {
      if (open.appInstance && open.by !== undefined && this.#run.serverOpen(open) === undefined) this.#run.over(open);
    }
    await this.#checkExpected();
    for (const machine of machines) {
      if (machine.hasOrphans) {
        // Requests of this client may still change files, so the client knows nothing about their
        // content.
        machine.forgetContents();
        if (world.disk.held === 0 && world.disk.working === 0) machine.hasOrphans = false;
        continue;
      }
      for (const holding of machine.holdings) await this.#checkHolding(machine, holding);
    }
  }

  /** What was read and written last, if nothing has been changed since. */
  async #checkExpected(): Promise<void> {
    const { world } = this.#run;
    const expected = this.#expected;
    this.#expected = [];
    for (const { open, at, text, isWhole, changes } of expected) {
      if (changes !== world.changes || world.disk.held > 0) continue;
      const bytes = await this.#run.bytesOf(open);
      if (bytes === undefined) continue;
      const there = isWhole ? bytes : bytes.slice(at, at + text.length);
      if (there !== text) fail(`${open.name} holds ${shown(there)}, a client read or wrote ${shown(text)}`);
    }
  }

  async #checkHolding(machine: Machine, holding: Holding): Promise<void> {
    // An open that waits for its client is checked when the client is back.
    const open = [...holding.opens].find(({ by }) => by !== undefined);
    if (open === undefined) return;
    const holder = this.#holderOf(machine, holding, open);
    const name = `${holding.lease === undefined ? 'an oplock' : 'a lease'} on ${open.name}`;
    if (holding.breaking && holder?.breaking === undefined) machine.lost(holding);
    const more = holding.rights & ~(holder?.cache ?? 0);
    if (more !== 0) fail(`the holder of ${name} was not told that it has lost ${more}`);
    // The client has been told to give up handle caching, and has not been told of a change since
    // then. It will be told when it has answered. [MS-SMB2] 3.3.4.7
    if ((holding.rights & READ) === 0 || holding.breaking) return;
    if (holding.clean !== undefined) {
      const bytes = await this.#run.bytesOf(open);
      if (bytes !== undefined && bytes !== holding.clean) {
        fail(`the holder of ${name} has cached ${shown(holding.clean)}, there is ${shown(bytes)}`);
      }
    }
    const { disk } = this.#run.world;
    const file = this.#run.serverOpen(open)?.key;
    if (holding.names === undefined || file === undefined || disk.held > 0) return;
    const names = await disk.namesIn(file);
    if (names === undefined || namesOf(names) === holding.names) return;
    // A change that a client makes itself, naming the lease, does not break the lease, because the
    // client knows of the change.
    if (holding.lease !== undefined && machine.parents.has(holding.lease)) holding.names = undefined;
    else fail(`the holder of ${name} has cached the names ${holding.names}, there are ${namesOf(names)}`);
  }

  #holderOf(machine: Machine, { lease }: Holding, open: KnownOpen): CacheHolder | undefined {
    const known = this.#run.serverOpen(open);
    const state = known && this.#run.world.stateOf(known.key);
    if (lease !== undefined) return state?.leases.get(`${machine.clientGuid}/${lease}`);
    return known && state?.opens.get(known.id);
  }
}

function shown(text: string): string {
  return JSON.stringify(text);
}
