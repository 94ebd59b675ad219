import { decode, encode } from '@tsmbd/ms-dtyp';
import {
  Dialect,
  type IoctlRequest,
  NtStatus,
  validateNegotiateInfoRequest,
  validateNegotiateInfoResponse,
} from '@tsmbd/smb2-codec';
import { DisconnectError, StatusError } from '../errors.ts';
import type { RequestContext } from '../model/index.ts';

/**
 * FSCTL_VALIDATE_NEGOTIATE_INFO, [MS-SMB2] 3.3.5.15.12: what the client sent in NEGOTIATE must be
 * what arrived here. If it is not, somebody has changed the message on its way, and the connection
 * ends without an answer.
 */
export function validateNegotiateInfo(request: IoctlRequest, ctx: RequestContext): Uint8Array {
  const { connection, server } = ctx;
  // Dialect 3.1.1 protects NEGOTIATE by its hash. Its clients never send this request.
  if (connection.dialect === Dialect.SMB_3_1_1) throw new DisconnectError('VALIDATE_NEGOTIATE_INFO in 3.1.1');
  const asked = decode(validateNegotiateInfoRequest, request.input);
  if (request.maxOutputResponse < 24)
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'no room for the answer');
  const same =
    asked.capabilities === connection.clientCapabilities &&
    asked.guid === connection.clientGuid &&
    asked.securityMode === connection.clientSecurityMode &&
    asked.dialects.length === connection.clientDialects.length &&
    asked.dialects.every((d, i) => d === connection.clientDialects[i]);
  if (!same) throw new DisconnectError('NEGOTIATE was tampered with');
  return encode(validateNegotiateInfoResponse, {
    capabilities: connection.serverCapabilities,
    guid: server.config.serverGuid,
    securityMode: connection.serverSecurityMode,
    dialect: connection.dialect,
  });
}

/** FSCTL_QUERY_NETWORK_INTERFACE_INFO, [MS-SMB2] 3.3.5.15.11: multichannel is not offered. */
export function networkInterfaces(): never {
  throw new StatusError(NtStatus.STATUS_NOT_SUPPORTED, 'no multichannel');
}
