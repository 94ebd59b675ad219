import type { ServerConfig, Share } from '@tsmbd/smb2-server';
import type { VfsIdentity } from '@tsmbd/vfs-adapter';
import { type OnRefused, serverConfigOf, sharesOf } from './config/apply.ts';
import { hostWorldOf } from './config/host-world.ts';
import type { Settings } from './config/load.ts';
import { namedUsers } from './config/named-users.ts';
import type { Identities } from './identity/identities.ts';
import { usernameMap } from './identity/username-map.ts';
import type { Log } from './logging.ts';
import { type ShareDescriptors, withDescriptors } from './share-descriptors.ts';
import { sentence } from './system-error.ts';

/**
 * The settings and shares of an engine, whose users get what the settings say about them. Shares
 * without a folder are left out, and the log says so. Errors: a `username map` that cannot be read.
 */
export async function engineSettings(
  read: Settings,
  state: ShareDescriptors & { readonly serverGuid: string },
  identities: Identities,
  log: Pick<Log, 'write'>,
): Promise<[ServerConfig, Share[]]> {
  const { usernameMap: mapFile, guestAccount } = read.global;
  const usernames = mapFile === '' ? (name: string) => name : usernameMap(mapFile);
  const hosts = await hostWorldOf(read, (name) => log.write('warn', 'conn', 'hosts allow: no address', { name }));
  const refused: OnRefused = (share, error) =>
    log.write('warn', 'vfs', 'a share has no folder', { share, reason: sentence(error) });
  const guest = identities.mayAct ? await guestOf(guestAccount, identities, log) : undefined;
  identities.configure({ guest, usernames });
  const named = await namedUsers(read, identities, (message, name) => log.write('warn', 'auth', message, { name }));
  const config = serverConfigOf(read.global, state.serverGuid, hosts, guest);
  const shares = withDescriptors(await sharesOf(read, hosts, refused, named), state, (share, reason) =>
    log.write('error', 'auth', 'the descriptor of a share cannot be read: nobody may connect', { share, reason }),
  );
  for (const { name, vfs } of shares) {
    if (vfs === undefined || vfs.features.extendedAttributes) continue;
    log.write('warn', 'vfs', 'the file system of a share has no extended attributes', { share: name, lost: LOST });
  }
  return [config, shares];
}

/** The user that guests are. If there is none of the name, a user who owns nothing. */
async function guestOf(name: string, { users }: Identities, log: Pick<Log, 'write'>): Promise<VfsIdentity> {
  const found = await users.identity({ user: name }).catch(() => undefined);
  if (found !== undefined) return found;
  log.write('warn', 'auth', 'guest account: there is no such user', { name });
  return { uid: NOBODY, gid: NOBODY, groups: [] };
}

/** The kernel's overflow uid, which it shows for users that it cannot name. */
const NOBODY = 65_534;
/** What needs extended attributes. A client that wants to keep one of them is refused. */
const LOST = 'DOS attributes, creation times, extended attributes, named streams, security descriptors';
