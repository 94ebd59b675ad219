import { accessSync, constants } from 'node:fs';
import { userInfo } from 'node:os';
import type { Settings } from '../config/load.ts';
import { isPerConnect } from '../config/substitutions.ts';
import type { Log } from '../logging.ts';

/**
 * Says for each share as whom its files are opened and made, if the process may not act as its
 * users. People look for this when a write is refused.
 */
export function sayWhose({ shares }: Settings, mayAct: boolean, log: Pick<Log, 'write'>): void {
  if (mayAct) {
    log.write('info', 'vfs', 'storage works as the users themselves');
    return;
  }
  const user = ownName();
  for (const [share, { path, available, readOnly, forceUser }] of shares) {
    if (!available) continue;
    const fields = { share, user, ...(forceUser !== '' && forceUser !== user && { 'force user': forceUser }) };
    const cannotWrite = !readOnly && !isPerConnect(path) && !may(path, constants.W_OK);
    const message = cannotWrite
      ? 'nobody can write here: all files are opened and made as one user, who may not write the folder'
      : 'all files are opened and made as one user: the system is not asked what others may do';
    log.write(cannotWrite ? 'warn' : 'info', 'vfs', message, { ...fields, needs: 'CAP_SETUID, CAP_SETGID' });
  }
}

function may(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return false;
  }
}

function ownName(): string {
  try {
    return userInfo().username;
  } catch (error) {
    // The user has no entry, as in many containers.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return String(process.geteuid?.());
  }
}
