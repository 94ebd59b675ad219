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
  const shares = await sharesOf(read, hosts, refused);
  for (const { name, vfs } of shares) {
    if (vfs === undefined || vfs.features.extendedAttributes) continue;
    log.write('warn', 'vfs', 'the file system of a share has no extended attributes', { share: name, lost: LOST });
  }
  return [serverConfigOf(read.global, serverGuid, hosts), shares];
}

/** What needs extended attributes. A client that wants to keep one of them is refused. */
const LOST = 'DOS attributes, creation times, extended attributes, named streams, security descriptors';
