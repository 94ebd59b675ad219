import { type ChangeCommand, changeBreaks } from '@tsmbd/oplock-lease';
import type { MaybePromise } from '@tsmbd/vfs-adapter';
import type { Engine, FileOpen } from '../model/index.ts';

/**
 * A program that is not a client of this server may change the file: no client caches the file any
 * more.
 */
export function fileChangesOutside(server: Engine, key: string): void {
  server.authority.apply(key, { type: 'change', what: 'data', open: undefined, ...NOBODY });
}

const NOBODY = { parentLease: undefined, waiter: undefined } as const;

/**
 * The file's bytes are about to change through `open`. All other holders that cache them are told
 * first. [MS-FSA] 2.1.5.4
 */
export function fileChanges(server: Engine, { key, id }: Changer): void {
  change(server, key, { open: id });
}

/**
 * The bytes have changed, and the change took some time. A holder that began to cache the bytes
 * meanwhile may have read the old ones. It is told before the response says that the bytes are new.
 */
export function fileChanged(server: Engine, { key, id }: Changer): void {
  change(server, key, { open: id, isOver: true });
}

/** Changes the bytes through `open`, and makes sure that nobody caches the old bytes. */
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

/** An Open, or an Open that is being made. */
type Changer = Pick<FileOpen, 'key' | 'id'>;

function change(server: Engine, key: string, by: Pick<ChangeCommand, 'open' | 'isOver'>): void {
  server.count('byteChanges');
  const state = server.authority.peek(key);
  if (state === undefined) return;
  const command = { what: 'data', parentLease: undefined, waiter: undefined, ...by } as const;
  if (changeBreaks(state, command)) server.authority.apply(key, { type: 'change', ...command });
}
