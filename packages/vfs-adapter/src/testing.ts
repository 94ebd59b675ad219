import { type ComplianceAssertions, type ComplianceNeed, type ComplianceSubject, has } from './testing/case.ts';
import { caseInsensitive, caseSensitive } from './testing/case-rules.ts';
import { data } from './testing/data.ts';
import { listing } from './testing/listing.ts';
import { metadata } from './testing/metadata.ts';
import { naming } from './testing/naming.ts';
import { opening } from './testing/opening.ts';
import { paths } from './testing/paths.ts';
import type { MaybePromise } from './vfs.ts';

export type { ComplianceAssertions, ComplianceNeed, ComplianceSubject } from './testing/case.ts';

/**
 * Registers one test under its title, as AVA's `test` does. `skip` registers a test that cannot
 * run, so that its title is shown.
 */
export interface ComplianceRegister {
  (title: string, run: (t: ComplianceAssertions) => Promise<void>): unknown;
  readonly skip: (title: string, run: (t: ComplianceAssertions) => Promise<void>) => unknown;
}

/** What kind of file system the factory makes. */
export interface ComplianceOptions {
  /** The text that every title begins with. */
  readonly title: string;
  /** Which rules for names are tested. Default: false. */
  readonly caseSensitive?: boolean;
  /** Entries of the largest directory that is listed. Default: 1,000. */
  readonly many?: number;
  /**
   * What the back end does not have: tests that need it are skipped. Everything that is not named
   * here must be there. Default: none.
   */
  readonly lacks?: readonly ComplianceNeed[];
}

/**
 * Registers the tests that every back end has to pass. They cover names, handles, data, listings
 * and metadata, and that no path leads out. The factory makes a new, empty, writable file system
 * for each test.
 */
export function vfsCompliance(
  register: ComplianceRegister,
  factory: () => MaybePromise<ComplianceSubject>,
  options: ComplianceOptions,
): void {
  const rules = options.caseSensitive === true ? caseSensitive : caseInsensitive;
  const lists = listing(options.many ?? 1_000);
  for (const { title, needs, run } of [...opening, ...rules, ...naming, ...lists, ...data, ...metadata, ...paths]) {
    const isLacking = needs !== undefined && options.lacks?.includes(needs) === true;
    const add = isLacking ? register.skip : register;
    add(`${options.title}: ${title}`, async (t) => {
      const subject = await factory();
      try {
        if (needs === undefined || has(subject, needs)) await run(t, subject);
        else t.fail(`the back end lacks ${needs}, and \`lacks\` does not say so`);
      } finally {
        await subject.end();
      }
    });
  }
}
