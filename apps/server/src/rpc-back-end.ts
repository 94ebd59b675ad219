import type { RpcBackEnd } from '@tsmbd/dcerpc';
import type { AccountSource, SmbServer } from '@tsmbd/smb2-server';

/** What the pipes of IPC$ tell of this server. */
export function rpcBackEnd(engine: () => SmbServer, accounts: AccountSource): RpcBackEnd {
  throw new Error(`${engine} ${accounts}`);
}
