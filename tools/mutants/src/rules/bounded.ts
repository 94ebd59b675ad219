import type { Mutant } from '../mutant.ts';

/** The work of one message is bounded: what a client can make grow, and what a question about it may cost. */
export const BOUNDED_MUTANTS: readonly Mutant[] = [
  {
    name: 'every-lock-is-looked-at',
    file: 'packages/oplock-lease/src/range-tree.ts',
    find: 'if (except !== undefined && tree.leastOpen === except && tree.mostOpen === except) return false;',
    replace: '',
    why: 'A client with thousands of locks would have each of them looked at for each of its writes.',
    tests: ['packages/oplock-lease/test/lock-table.test.ts'],
  },
  {
    name: 'tree-of-locks-becomes-a-list',
    file: 'packages/oplock-lease/src/range-tree.ts',
    find: 'const lean = height(node.left) - height(node.right);',
    replace: 'const lean = 0 * height(node.left);',
    why: 'Locks that are taken in order would cost as many steps as there are.',
    tests: ['packages/oplock-lease/test/lock-table.test.ts'],
  },
  {
    name: 'open-has-any-number-of-locks',
    file: 'packages/oplock-lease/src/lock.ts',
    find: 'if (own + more > LockLimits.PER_OPEN) return true;',
    replace: '',
    why: 'One open could fill the memory with locks.',
    tests: ['packages/oplock-lease/test/lock-table.test.ts', 'packages/smb2-server/test/bounded-locks.test.ts'],
  },
  {
    name: 'file-has-any-number-of-locks',
    file: 'packages/oplock-lease/src/lock.ts',
    find: 'return locks.count + waiters.byWaiter.size + more > LockLimits.PER_FILE;',
    replace: 'return false;',
    why: 'Many opens of one file could fill the memory with locks.',
    tests: ['packages/oplock-lease/test/lock-table.test.ts'],
  },
  {
    name: 'any-number-of-locks-wait',
    file: 'packages/oplock-lease/src/lock.ts',
    find: "if (state.waiters.byWaiter.size >= LockLimits.WAITERS_PER_FILE) return 'too-many';",
    replace: '',
    why: 'Each unlock would look at as many requests as clients care to leave waiting.',
    tests: ['packages/oplock-lease/test/lock-table.test.ts'],
  },
  {
    name: 'unlock-looks-at-all-who-wait',
    file: 'packages/oplock-lease/src/lock.ts',
    find: 'effects: grantWaiters(state, from, to) };',
    replace: 'effects: grantWaiters(state) };',
    why: 'An unlock would look at requests that wait for other bytes.',
    tests: ['packages/oplock-lease/test/lock-table.test.ts'],
  },
];
