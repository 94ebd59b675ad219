import { type ChangeCommand, changeBreaks } from '@tsmbd/oplock-lease';
import type { MaybePromise } from '@tsmbd/vfs-adapter';
import type { Engine, FileOpen } from '../model/index.ts';

/** Somebody who is no client may change the file: nobody caches it any more. */
export function fileChangesOutside(server: Engine, key: string): void {
  server.authority.apply(key, { type: 'change', what: 'data', open: undefined, ...NOBODY });
}

const NOBODY = { parentLease: undefined, waiter: undefined } as const;

/**
 * The file's bytes change through `open`: whoever else caches them is told first. [MS-FSA] 2.1.5.4
 */
export function fileChanges(server: Engine, { key, id }: Changer): void {
  change(server, key, { open: id });
}

/**
 * The bytes have changed, and that took its time: whoever has come to cache them meanwhile may have
 * read what they were, and is told before the answer says that they are new.
 */
export function fileChanged(server: Engine, { key, id }: Changer): void {
  change(server, key, { open: id, isOver: true });
}

/** Changes the bytes through `open`, and sees that nobody caches what they were. */
export async function changeBytes<T>(server: Engine, open: Changer, call: () => MaybePromise<T>): Promise<T> {
  fileChanges(server, open);
  const later = call();
  if (!(later instanceof Promise)) return later;
  try {
    return await later;
  } finally {
    fileChanged(server, open);
  }
}

/** An Open, or one that is being made. */
type Changer = Pick<FileOpen, 'key' | 'id'>;

function change(server: Engine, key: string, by: Pick<ChangeCommand, 'open' | 'isOver'>): void {
  server.byteChanges += 1;
  const state = server.authority.peek(key);
  if (state === undefined) return;
  const command = { what: 'data', parentLease: undefined, waiter: undefined, ...by } as const;
  if (changeBreaks(state, command)) server.authority.apply(key, { type: 'change', ...command });
}
