import type { Case } from './case.ts';
import type { BackendName } from './engine/backend.ts';
import { Bench } from './engine/bench.ts';
import { generate } from './generate/generate.ts';
import type { Finding } from './model/finding.ts';
import { runCase } from './run-case.ts';
import { simplify } from './simplify.ts';

/** A fault, with the smallest case that shows it. */
export interface Fault {
  readonly seed: number;
  /** How many cases ran until it was found, including this one. */
  readonly after: number;
  readonly finding: Finding;
  readonly shrunk: Case;
}

/** The results of a run. */
export interface Report {
  readonly cases: number;
  readonly requests: number;
  readonly succeeded: number;
  /** How many cases found a fault of each kind. */
  readonly kinds: ReadonlyMap<string, number>;
  /** The first fault of each kind. */
  readonly faults: readonly Fault[];
}

export interface ExploreOptions {
  readonly backend: BackendName;
  readonly seed: number;
  readonly cases: number;
  /** Ends after this many cases with findings. */
  readonly stopAfter?: number;
}

/** Runs the cases of seeds from `seed` on. One server serves them all. */
export async function explore({ backend, seed, cases, stopAfter }: ExploreOptions): Promise<Report> {
  const bench = new Bench(backend);
  const kinds = new Map<string, number>();
  const faults: Fault[] = [];
  const sums = { requests: 0, succeeded: 0 };
  let done = 0;
  let found = 0;
  try {
    await bench.logOn();
    while (done < cases && found < (stopAfter ?? Number.POSITIVE_INFINITY)) {
      const current = generate(seed + done);
      const { findings, requests, succeeded } = await runCase(bench, current);
      done++;
      sums.requests += requests;
      sums.succeeded += succeeded;
      if (findings.length > 0) found++;
      for (const kind of new Set(findings.map((finding) => finding.kind))) {
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        if (kinds.get(kind) === 1)
          faults.push(await shrunk(bench, current, kind, { seed: seed + done - 1, after: done }));
      }
    }
  } finally {
    await bench.end();
  }
  return { cases: done, ...sums, kinds, faults };
}

async function shrunk(
  bench: Bench,
  found: Case,
  kind: string,
  where: { readonly seed: number; readonly after: number },
): Promise<Fault> {
  const findingOf = async (candidate: Case): Promise<Finding | undefined> =>
    (await runCase(bench, candidate)).findings.find((finding) => finding.kind === kind);
  const small = await simplify(found, async (candidate) => (await findingOf(candidate)) !== undefined);
  const finding = (await findingOf(small)) ?? { kind, user: 'alice', text: 'shows in its run only' };
  return { ...where, finding, shrunk: small };
}
