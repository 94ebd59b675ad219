import type { AccountSource } from '@tsmbd/smb2-server';
import { isOwnBackEnd } from '@tsmbd/vfs-adapter';
import type { ShareOptions } from '../serve.ts';
import type { TheirErrors } from './their-errors.ts';
import { guardVfs } from './their-vfs.ts';

/** Guards what the embedding program has supplied for its shares: back ends and functions. */
export function shareGuard(errors: TheirErrors): (name: string, share: ShareOptions) => ShareOptions {
  const guarded = new Map<ShareOptions['vfs'], ShareOptions['vfs']>();
  return (name, share) => {
    // Two shares of one back end are two shares of one guard: it is disposed of once.
    const vfs = guarded.get(share.vfs) ?? (isOwnBackEnd(share.vfs) ? share.vfs : guardVfs(share.vfs, name, errors));
    guarded.set(share.vfs, vfs);
    const { access, actsAs, admits } = share;
    const call = (method: string) => ({ method, share: name });
    return {
      ...share,
      vfs,
      ...(access && { access: (identity) => errors.guarded(call('access'), () => access(identity)) }),
      ...(actsAs && { actsAs: (identity) => errors.guarded(call('actsAs'), () => actsAs(identity)) }),
      ...(admits && { admits: (address) => errors.guarded(call('admits'), () => admits(address)) }),
    };
  };
}

/** Guards a source of accounts of the embedding program. */
export function guardAccounts(accounts: AccountSource, errors: TheirErrors): AccountSource {
  const { whole } = accounts;
  return {
    find: (user, domain) => errors.guarded({ method: 'users.find' }, () => accounts.find(user, domain)),
    ...(whole && {
      whole: (account) => errors.guarded({ method: 'users.whole' }, () => whole.call(accounts, account)),
    }),
  };
}
