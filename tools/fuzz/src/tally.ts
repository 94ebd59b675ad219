import { ntStatusName } from '@tsmbd/smb2-codec';

/** What was sent and what came back. */
export class Tally {
  before = 0;
  after = 0;
  connections = 0;
  /** Sessions that the server ended, or that a frame ended, before all frames were sent. */
  ended = 0;
  readonly #statuses = new Map<number, number>();

  get frames(): number {
    return this.before + this.after;
  }

  sent(phase: 'before' | 'after', count: number): void {
    this[phase] += count;
  }

  status(status: number): void {
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
  }

  /** Statuses by name, the most frequent first. */
  statuses(): Record<string, number> {
    const sorted = [...this.#statuses].sort((a, b) => b[1] - a[1]);
    return Object.fromEntries(sorted.map(([status, count]) => [ntStatusName(status), count]));
  }
}
