import { preauthHash } from '@tsmbd/smb-crypto';
import {
  Capabilities,
  Dialect,
  type NegotiateContext,
  type NegotiateRequest,
  type NegotiateResponse,
  NtStatus,
  SecurityMode,
} from '@tsmbd/smb2-codec';
import { offeredToken } from '../auth/index.ts';
import { DisconnectError, StatusError } from '../errors.ts';
import type { Connection, RequestContext } from '../model/index.ts';
import { negotiateContexts } from './negotiate-contexts.ts';

const NO_HASH = new Uint8Array(64);
const SMB2_DIALECTS = [
  Dialect.SMB_3_1_1,
  Dialect.SMB_3_0_2,
  Dialect.SMB_3_0,
  Dialect.SMB_2_1,
  Dialect.SMB_2_0_2,
] as const;

/** NEGOTIATE, [MS-SMB2] 3.3.5.4. */
export function handleNegotiate(request: NegotiateRequest, ctx: RequestContext): NegotiateResponse {
  const { connection, server } = ctx;
  if (connection.dialect !== 0 && connection.dialect !== Dialect.SMB_2_WILDCARD) {
    throw new DisconnectError('NEGOTIATE twice');
  }
  if (request.dialects.length === 0) throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'no dialects');
  const { config } = server;
  const dialect = SMB2_DIALECTS.find(
    (d) => request.dialects.includes(d) && d >= config.minDialect && d <= config.maxDialect,
  );
  if (dialect === undefined) throw new StatusError(NtStatus.STATUS_NOT_SUPPORTED, 'no common dialect');

  let contexts: NegotiateContext[] = [];
  if (dialect === Dialect.SMB_3_1_1) contexts = negotiateContexts(request.negotiateContexts, ctx);
  else if (dialect >= Dialect.SMB_3_0) {
    connection.signing = 'aes-cmac';
    const usable = config.encryption !== 'off' && (request.capabilities & Capabilities.ENCRYPTION) !== 0;
    connection.cipher = usable && config.ciphers.includes('aes-128-ccm') ? 'aes-128-ccm' : undefined;
  }
  connection.dialect = dialect;
  connection.clientGuid = request.clientGuid;
  connection.clientCapabilities = request.capabilities;
  connection.clientSecurityMode = request.securityMode;
  connection.clientDialects = request.dialects;
  connection.supportsMultiCredit = dialect >= Dialect.SMB_2_1;
  if (connection.supportsMultiCredit) {
    connection.maxTransactSize = config.maxTransactSize;
    connection.maxReadSize = config.maxReadSize;
    connection.maxWriteSize = config.maxWriteSize;
  }
  if (dialect === Dialect.SMB_3_1_1) {
    const before = preauthHash(NO_HASH, ctx.bytes);
    ctx.onResponse = (bytes) => {
      connection.preauthHash = preauthHash(before, bytes);
    };
  }
  return { ...serverNegotiateValues(connection), negotiateContexts: contexts };
}

/** What the server says about itself in every NEGOTIATE response on this connection. */
export function serverNegotiateValues(connection: Connection): Omit<NegotiateResponse, 'negotiateContexts'> {
  const { server, dialect } = connection;
  const { config } = server;
  let capabilities = 0;
  if (dialect >= Dialect.SMB_2_1 && dialect !== Dialect.SMB_2_WILDCARD) {
    capabilities |= Capabilities.LARGE_MTU;
    if (config.leases) capabilities |= Capabilities.LEASING;
  }
  if (dialect >= Dialect.SMB_3_0 && dialect !== Dialect.SMB_2_WILDCARD) {
    const persists = server.persistent.isKept && server.shares.some((share) => share.continuouslyAvailable);
    const can = (config.leases ? Capabilities.DIRECTORY_LEASING : 0) | (persists ? Capabilities.PERSISTENT_HANDLES : 0);
    // [MS-SMB2] 3.3.5.4: a capability is announced only to clients that announce the same one.
    capabilities |= can & connection.clientCapabilities;
  }
  // [MS-SMB2] 3.3.5.4: 3.1.1 announces it in the encryption context instead.
  const is30 = dialect === Dialect.SMB_3_0 || dialect === Dialect.SMB_3_0_2;
  if (is30 && connection.cipher !== undefined) capabilities |= Capabilities.ENCRYPTION;
  connection.serverCapabilities = capabilities;
  connection.serverSecurityMode =
    SecurityMode.SIGNING_ENABLED | (config.signingRequired ? SecurityMode.SIGNING_REQUIRED : 0);
  return {
    securityMode: connection.serverSecurityMode,
    dialectRevision: dialect,
    serverGuid: config.serverGuid,
    capabilities,
    maxTransactSize: connection.maxTransactSize,
    maxReadSize: connection.maxReadSize,
    maxWriteSize: connection.maxWriteSize,
    systemTime: server.env.wallTime(),
    serverStartTime: 0n,
    securityBuffer: offeredToken(),
  };
}
