import type { Connection, Session } from '../model/index.ts';
import type { MeetConnection, MeetSession } from './messages.ts';

/** What another worker must know of a connection of this one. */
export function introduceConnection(connection: Connection): MeetConnection {
  const { remoteAddress, remotePort, localAddress } = connection.transport;
  return {
    dialect: connection.dialect,
    clientGuid: connection.clientGuid,
    clientCapabilities: connection.clientCapabilities,
    serverCapabilities: connection.serverCapabilities,
    supportsMultiCredit: connection.supportsMultiCredit,
    maxTransactSize: connection.maxTransactSize,
    maxReadSize: connection.maxReadSize,
    maxWriteSize: connection.maxWriteSize,
    compression: connection.compression,
    remoteAddress,
    remotePort,
    localAddress,
  };
}

/** What another worker must know of a session of this one. */
export function introduceSession({ identity, guest, anonymous, encryptData, createdAt }: Session): MeetSession {
  return { identity: identity!, guest, anonymous, encryptData, createdAt };
}
