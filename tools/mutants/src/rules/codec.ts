import type { Mutant } from '../mutant.ts';

/** Bounds of received structures, and the access check algorithm. */
export const CODEC_MUTANTS: readonly Mutant[] = [
  {
    name: 'deny-entries-give-way-to-later-grants',
    file: 'packages/ms-dtyp/src/access-check.ts',
    find: 'if (allows(ace)) granted |= mask & ~denied;',
    replace: 'if (allows(ace)) granted |= mask;',
    why: 'A user whom an entry denies a right has it by an entry that stands behind.',
    tests: ['packages/ms-dtyp/test/access-check.test.ts'],
  },
];
