import { ntStatusName } from '@tsmbd/smb2-codec';
import { SmbError } from '@tsmbd/tool-smb-client';

/** The name of the status that a request is answered with. */
export async function statusOf(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
    return 'STATUS_SUCCESS';
  } catch (error) {
    if (error instanceof SmbError) return ntStatusName(error.status);
    throw error;
  }
}
