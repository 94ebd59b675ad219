import { changeBreaks } from '@tsmbd/oplock-lease';
import type { FileOpen } from './open.ts';
import type { SmbServer } from './server.ts';

/** The file's bytes change through `open`: whoever else caches them is told first. [MS-FSA] 2.1.5.4 */
export function fileChanges(server: SmbServer, open: FileOpen): void {
  const state = server.authority.peek(open.key);
  if (state === undefined) return;
  const change = { what: 'data', open: open.id, parentLease: undefined, waiter: undefined } as const;
  if (changeBreaks(state, change)) server.authority.apply(open.key, { type: 'change', ...change });
}
