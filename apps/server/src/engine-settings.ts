import type { ServerConfig, Share } from '@tsmbd/smb2-server';
import { type OnRefused, serverConfigOf, sharesOf } from './config/apply.ts';
import { hostWorldOf } from './config/host-world.ts';
import type { Settings } from './config/load.ts';
import type { Log } from './logging.ts';
import { sentence } from './system-error.ts';

/**
 * The settings and shares of an engine. Shares without a folder are left out, and the log says so.
 */
export async function engineSettings(
  read: Settings,
  serverGuid: string,
  log: Pick<Log, 'write'>,
): Promise<[ServerConfig, Share[]]> {
  const hosts = await hostWorldOf(read, (name) => log.write('warn', 'conn', 'hosts allow: no address', { name }));
  const refused: OnRefused = (share, error) =>
    log.write('warn', 'vfs', 'a share has no folder', { share, reason: sentence(error) });
  return [serverConfigOf(read.global, serverGuid, hosts), await sharesOf(read, hosts, refused)];
}
