import { cachedByOthers } from '@tsmbd/oplock-lease';
import type { FileOpen } from './open.ts';
import type { SmbServer } from './server.ts';

/** The file's bytes change through `open`: whoever else caches them is told first. [MS-FSA] 2.1.5.4 */
export function fileChanges(server: SmbServer, open: FileOpen): void {
  const state = server.authority.peek(open.key);
  if (state !== undefined && cachedByOthers(state, open.id)) {
    server.authority.apply(open.key, { type: 'modify', open: open.id });
  }
}
