import { type Ace, AceFlags, AceType, FILE_GENERIC_MAPPING, mapGenericBits, tokenHas } from '@tsmbd/ms-dtyp';
import type { VfsPath } from '@tsmbd/vfs-adapter';
import type { Connection, TreeConnect } from '../model/index.ts';
import { accessNames, LineLimit, MAX_LOGGED_PATH } from '../model/index.ts';
import type { FileRights } from './file-rights.ts';
import { identityIn } from './share-rights.ts';
import { tokenOf } from './token.ts';

/** Lines that one connection may cause in ten seconds. */
const MAX_LINES = 100;

/**
 * Logs what the SACL of a stored descriptor asks to be logged: that the tree's user was granted, or
 * denied, rights that an audit entry names. [MS-DTYP] 2.4.4.10
 *
 * @param rights what was granted, or what was asked for and denied
 */
export function audit(
  tree: TreeConnect,
  path: VfsPath,
  { descriptor }: FileRights,
  rights: number,
  outcome: 'success' | 'failure',
): void {
  const { sacl } = descriptor ?? {};
  if (sacl === undefined || sacl === null) return;
  const identity = identityIn(tree.share, tree.session);
  const token = tokenOf(identity);
  const asked = mapGenericBits(rights, FILE_GENERIC_MAPPING);
  const flag = outcome === 'success' ? AceFlags.SUCCESSFUL_ACCESS : AceFlags.FAILED_ACCESS;
  const named = ({ type, flags, mask, sid }: Ace): number =>
    type === AceType.SYSTEM_AUDIT &&
    (flags & flag) !== 0 &&
    (flags & AceFlags.INHERIT_ONLY) === 0 &&
    tokenHas(token, sid)
      ? mapGenericBits(mask, FILE_GENERIC_MAPPING) & asked
      : 0;
  const hit = sacl.aces.reduce((bits, ace) => bits | named(ace), 0);
  if (hit === 0) return;
  const { connection } = tree.session;
  const { env } = connection.server;
  const limit = limitOf(connection);
  if (!limit.admits(env.now())) return;
  env.log('info', 'vfs', 'audit', {
    outcome,
    user: `${identity.domain}\\${identity.name}`,
    from: connection.transport.remoteAddress,
    share: tree.share.name,
    path: path.join('\\').slice(0, MAX_LOGGED_PATH),
    rights: accessNames(hit),
    ...limit.takeLeft(),
  });
}

const limits = new WeakMap<Connection, LineLimit>();

function limitOf(connection: Connection): LineLimit {
  let limit = limits.get(connection);
  if (limit === undefined) {
    limit = new LineLimit(MAX_LINES);
    limits.set(connection, limit);
  }
  return limit;
}
