import type { ServerConfig, Share } from '@tsmbd/smb2-server';
import { type OnRefused, serverConfigOf, sharesOf } from './config/apply.ts';
import { hostWorldOf } from './config/host-world.ts';
import type { Settings } from './config/load.ts';
import type { Log } from './logging.ts';
import { type ShareDescriptors, withDescriptors } from './share-descriptors.ts';
import { sentence } from './system-error.ts';

/**
 * The settings and shares of an engine. Shares without a folder are left out, and the log says so.
 */
export async function engineSettings(
  read: Settings,
  state: ShareDescriptors & { readonly serverGuid: string },
  log: Pick<Log, 'write'>,
): Promise<[ServerConfig, Share[]]> {
  const hosts = await hostWorldOf(read, (name) => log.write('warn', 'conn', 'hosts allow: no address', { name }));
  const refused: OnRefused = (share, error) =>
    log.write('warn', 'vfs', 'a share has no folder', { share, reason: sentence(error) });
  const shares = withDescriptors(await sharesOf(read, hosts, refused), state, (share, reason) =>
    log.write('error', 'auth', 'the descriptor of a share cannot be read: nobody may connect', { share, reason }),
  );
  return [serverConfigOf(read.global, state.serverGuid, hosts), shares];
}
