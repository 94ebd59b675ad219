import type { Case, Step } from './case.ts';
import type { DiskState } from './disk.ts';
import { unseenChanges } from './disk-changes.ts';
import type { Bench } from './engine/bench.ts';
import { build } from './engine/build.ts';
import { type Answer, sendCreate, sendRequest } from './engine/send.ts';
import type { Finding } from './model/finding.ts';
import { judge } from './model/judge.ts';
import { judgeOrdinary } from './model/ordinary.ts';
import { record } from './model/record.ts';
import { World } from './model/world.ts';
import type { ShareName, User } from './people.ts';
import { type Snapshot, takeSnapshot } from './snapshot.ts';

/** The findings of a case. */
export interface CaseResult {
  readonly findings: readonly Finding[];
  /** How many requests were answered, and how many of these succeeded. */
  readonly requests: number;
  readonly succeeded: number;
}

/**
 * Puts the files on the disk, sends the requests one by one, and takes a snapshot of everything
 * before and after each.
 */
export async function runCase(bench: Bench, { nodes, steps }: Case): Promise<CaseResult> {
  await bench.vfs.use(bench.backend.fresh());
  await build(bench.vfs, nodes);
  const run = new CaseRun(bench);
  await run.begin();
  let findings: readonly Finding[] = [];
  for (const step of steps) {
    findings = await run.step(step);
    if (findings.length > 0) break;
  }
  // Whatever was found, all opens are closed: the next case begins without any.
  for (const on of run.openIds()) {
    const more = await run.step({ do: 'close', on });
    if (findings.length === 0) findings = more;
  }
  if (findings.length === 0) findings = run.leftOver();
  const { requests, succeeded } = run;
  return { findings, requests, succeeded };
}

interface HeldOpen {
  readonly fileId: NonNullable<Answer['fileId']>;
  readonly user: User;
  readonly share: ShareName;
}

class CaseRun {
  requests = 0;
  succeeded = 0;
  readonly #bench: Bench;
  readonly #world = new World();
  readonly #held = new Map<number, HeldOpen>();
  #before!: Snapshot;
  #disk: DiskState | undefined;

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  async begin(): Promise<void> {
    this.#before = await takeSnapshot(this.#bench.vfs);
    this.#disk = this.#bench.backend.disk();
  }

  openIds(): readonly number[] {
    return [...this.#held.keys()];
  }

  /**
   * Sends a request and judges what it did. A request is left out if the CREATE of its open was
   * refused.
   */
  async step(step: Step): Promise<readonly Finding[]> {
    if (step.do !== 'create' && !this.#held.has(step.on)) return [];
    const { user, share } = step.do === 'create' ? step : this.#held.get(step.on)!;
    const { status, fileId } = await this.#send(step, user, share);
    this.requests++;
    if (status === 0) this.succeeded++;
    const after = await takeSnapshot(this.#bench.vfs);
    const disk = this.#bench.backend.disk();
    const observation = { step, before: this.#before, after, status, world: this.#world };
    const ordinary = judgeOrdinary(step, observation);
    const findings: Finding[] = [
      ...judge(observation),
      ...unseenChanges(user, this.#disk, disk, observation),
      ...(ordinary === undefined ? [] : [ordinary]),
      ...record(observation),
      ...this.#bench.errors.splice(0).map((text) => ({ kind: 'logged-error', user, text })),
    ];
    if (step.do === 'create' && fileId !== undefined) this.#held.set(step.id, { fileId, user, share });
    if (step.do === 'close') this.#held.delete(step.on);
    this.#before = after;
    this.#disk = disk;
    return findings;
  }

  #send(step: Step, user: User, share: ShareName): Promise<Answer> {
    const seat = this.#bench.seat(user, share);
    if (step.do === 'create') return sendCreate(step, seat);
    const source = step.do === 'copy' ? this.#held.get(step.from)?.fileId : undefined;
    return sendRequest(step, this.#held.get(step.on)!.fileId, seat, source);
  }

  /** After the last CLOSE the server must have no opens left. */
  leftOver(): readonly Finding[] {
    const left = [...this.#bench.server.opens.all()].length;
    return left === 0 ? [] : [{ kind: 'open-left-over', user: 'alice', text: `${left} opens behind the last CLOSE` }];
  }
}
