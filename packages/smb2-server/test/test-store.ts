import type { KeptLocks, PersistentStore } from '../src/index.ts';
import { keptOpen, keptText } from '../src/testing.ts';

/**
 * A store, and what it had after each change: what a server finds whose predecessor was killed
 * then.
 */
export class TestStore implements PersistentStore {
  readonly kept: Map<string, string>;
  readonly moments: ReadonlyMap<string, string>[] = [];

  constructor(kept: ReadonlyMap<string, string> = new Map()) {
    this.kept = new Map(kept);
  }

  save(id: string, text: string, locks: readonly KeptLocks[]): void {
    this.kept.set(id, keptText(this.kept.get(id), text, locks));
    this.moments.push(new Map(this.kept));
  }

  delete(id: string): void {
    this.kept.delete(id);
    this.moments.push(new Map(this.kept));
  }

  all(): ReturnType<typeof keptOpen>[] {
    return [...this.kept].map(([id, text]) => keptOpen(id, text));
  }
}
