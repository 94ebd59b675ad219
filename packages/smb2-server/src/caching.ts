import { changeBreaks } from '@tsmbd/oplock-lease';
import type { FileOpen } from './open.ts';
import type { SmbServer } from './server.ts';

/** Somebody who is no client may change the file: nobody caches it any more. */
export function fileChangesOutside(server: SmbServer, key: string): void {
  server.authority.apply(key, { type: 'change', what: 'data', open: undefined, ...NOBODY });
}

const NOBODY = { parentLease: undefined, waiter: undefined } as const;

/** The file's bytes change through `open`: whoever else caches them is told first. [MS-FSA] 2.1.5.4 */
export function fileChanges(server: SmbServer, open: FileOpen): void {
  const state = server.authority.peek(open.key);
  if (state === undefined) return;
  const change = { what: 'data', open: open.id, parentLease: undefined, waiter: undefined } as const;
  if (changeBreaks(state, change)) server.authority.apply(open.key, { type: 'change', ...change });
}
