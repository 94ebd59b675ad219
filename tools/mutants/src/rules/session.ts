import type { Mutant } from '../mutant.ts';

/** Connections, sessions, trees, signatures, credits, and opens that come back. */
export const SESSION_MUTANTS: readonly Mutant[] = [
  {
    name: 'wrong-signature-is-accepted',
    file: 'packages/smb2-server/src/dispatch.ts',
    find: 'signedFor.keys !== undefined && !signedFor.keys.signer.verify(ctx.bytes)',
    replace: 'signedFor.keys !== undefined && signedFor.keys.signer.verify(ctx.bytes) === undefined',
    why: 'Somebody on the wire could change requests of a signed session.',
    tests: ['packages/smb2-server/test/session.test.ts'],
  },
];
