import type { LongCall } from '@tsmbd/smb-crypto';
import { onPool } from '@tsmbd/vfs-adapter';

/**
 * To sign or seal a message of more bytes than this takes so long that another thread does it: a
 * READ of 1 MiB is just below.
 */
export const LONG_BYTES = (1 << 20) + (8 << 10);

/** Has a thread of the pool do the long part. `client` is the one whose message it is. */
export async function runLong({ call, args, end }: LongCall, client: object): Promise<void> {
  let result = 0;
  try {
    result = await onPool(client, (ended) => call.async(...args, ended));
  } finally {
    end(result);
  }
}
