import { createSealer, createSigner, deriveKeys, preauthHash } from '@tsmbd/smb-crypto';
import {
  Capabilities,
  Dialect,
  NtStatus,
  SecurityMode,
  SessionFlags,
  SessionSetupFlags,
  type SessionSetupRequest,
  type SessionSetupResponse,
} from '@tsmbd/smb2-codec';
import { reconsiderTrees } from '../access/index.ts';
import { CIPHERS, idOf } from '../algorithms.ts';
import { newExchange } from '../auth/index.ts';
import { StatusError } from '../errors.ts';
import {
  type AuthStep,
  activityOf,
  type Connection,
  type Logon,
  type RequestContext,
  type Session,
  type SessionKeys,
} from '../model/index.ts';

/** SESSION_SETUP, [MS-SMB2] 3.3.5.5. */
export async function handleSessionSetup(
  request: SessionSetupRequest,
  ctx: RequestContext,
): Promise<SessionSetupResponse> {
  const { connection, server } = ctx;
  const { config } = server;
  if (connection.dialect === Dialect.SMB_2_WILDCARD) {
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'SESSION_SETUP before the SMB2 NEGOTIATE');
  }
  // [MS-SMB2] 3.3.5.5: a server that requires encryption refuses clients that cannot encrypt.
  if (config.encryption === 'required' && connection.cipher === undefined) {
    throw new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'encryption is required, the client has none');
  }
  if ((request.flags & SessionSetupFlags.BINDING) !== 0) {
    // A session has one channel: multichannel is not offered.
    throw new StatusError(NtStatus.STATUS_REQUEST_NOT_ACCEPTED, 'binding a channel');
  }
  const session = findOrCreate(ctx);
  ctx.session = session;
  ctx.chain.sessionId = session.sessionId;
  if (session.exchange === undefined) {
    session.exchange = newExchange(ctx);
    session.preauthHash = connection.preauthHash;
  }
  const { exchange } = session;
  if (session.preauthHash !== undefined) session.preauthHash = preauthHash(session.preauthHash, ctx.bytes);

  let step: AuthStep;
  try {
    step = await exchange.step(request.securityBuffer);
  } catch (error) {
    await refuse(ctx, session, error);
    throw error;
  }
  if (session.state === 'closed' || session.exchange !== exchange) {
    throw new StatusError(NtStatus.STATUS_USER_SESSION_DELETED, 'the session went while it authenticated');
  }
  if (!step.done) {
    ctx.status = NtStatus.STATUS_MORE_PROCESSING_REQUIRED;
    if (session.preauthHash !== undefined) {
      ctx.onResponse = (bytes) => {
        if (session.preauthHash !== undefined) session.preauthHash = preauthHash(session.preauthHash, bytes);
      };
    }
    return { sessionFlags: 0, securityBuffer: step.token };
  }
  const sessionFlags = await finish(request, ctx, session, step.logon);
  return { sessionFlags, securityBuffer: step.token };
}

function findOrCreate(ctx: RequestContext): Session {
  const { connection, server, chain } = ctx;
  // A related request names the session of the previous request. That is the session whose
  // signature was checked.
  if (chain.sessionId === 0n) {
    return server.createSession(connection);
  }
  const session = connection.session(chain.sessionId);
  if (session === undefined || session.state === 'closed') {
    throw new StatusError(NtStatus.STATUS_USER_SESSION_DELETED, 'SessionId names no session of this connection');
  }
  return session;
}

/**
 * A refused logon ends a new session; a refused renewal ends the old one too, [MS-SMB2] 3.3.5.5.3.
 */
async function refuse(ctx: RequestContext, session: Session, error: unknown): Promise<void> {
  const { server, connection } = ctx;
  const reason = error instanceof Error ? error.message : String(error);
  server.env.log('info', 'auth', 'logon refused', { from: connection.transport.remoteAddress, reason });
  session.exchange = undefined;
  await server.removeSession(session);
}

/**
 * The user is known: sets the keys and flags, and ends the client's previous session. [MS-SMB2]
 * 3.3.5.5.3
 */
async function finish(
  request: SessionSetupRequest,
  ctx: RequestContext,
  session: Session,
  logon: Logon,
): Promise<number> {
  const { server } = ctx;
  session.exchange = undefined;
  const renewed = session.identity !== undefined;
  const refusal = refusalOf(ctx, session, logon);
  if (refusal !== undefined) {
    await server.removeSession(session);
    throw refusal;
  }
  // No await since the session was looked at: one that has ended meanwhile would live again.
  adopt(ctx, session, logon);
  if (!renewed) begin(request, ctx, session, logon);
  // Only after authentication has succeeded, and only a session of the same user.
  const { previousSessionId } = request;
  if (previousSessionId !== 0n && previousSessionId !== session.sessionId) {
    const previous = server.sessions.get(previousSessionId);
    if (previous?.identity?.sid === logon.identity.sid) await server.removeSession(previous);
    else if (previous === undefined) await server.workers?.endPrevious(previousSessionId, logon.identity.sid);
  }
  session.preauthHash = undefined;
  return (
    (session.guest ? SessionFlags.IS_GUEST : 0) |
    (session.anonymous ? SessionFlags.IS_NULL : 0) |
    (session.encryptData ? SessionFlags.ENCRYPT_DATA : 0)
  );
}

/** Why the session cannot become this user's. Undefined if it can. */
function refusalOf({ server }: RequestContext, session: Session, logon: Logon): StatusError | undefined {
  const renewed = session.identity !== undefined;
  if (
    renewed &&
    (session.anonymous || session.guest) !== (logon.anonymous || logon.guest) &&
    session.keys === undefined
  ) {
    return new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'a guest session cannot become another');
  }
  if (renewed) return undefined;
  if (!server.hasRoomFor(session)) {
    return new StatusError(NtStatus.STATUS_INSUFFICIENT_RESOURCES, 'too many sessions');
  }
  if (logon.sessionKey === undefined && server.config.encryption === 'required') {
    return new StatusError(NtStatus.STATUS_ACCESS_DENIED, 'encryption is required, and guests have no key');
  }
  return undefined;
}

/**
 * From now on the session belongs to the user who authenticated last, as on Windows. This user
 * decides what is opened, connected and renamed next, also in trees that exist already. The session
 * keeps its keys, and opens keep the rights that they were granted. [MS-SMB2] 3.3.5.5.2
 */
function adopt({ server }: RequestContext, session: Session, logon: Logon): void {
  const { sessionLifetimeS } = server.config;
  session.identity = logon.identity;
  session.guest = logon.guest;
  session.anonymous = logon.anonymous;
  reconsiderTrees(session);
  if (sessionLifetimeS > 0) session.expiresAt = server.env.now() + sessionLifetimeS * 1000;
  session.state = 'valid';
  server.loggedOn(session);
}

/**
 * The first authentication of a session gives the session its keys, and gives the connection the
 * negotiated sizes.
 */
function begin(request: SessionSetupRequest, ctx: RequestContext, session: Session, logon: Logon): void {
  const { server, connection } = ctx;
  const { config } = server;
  if (logon.sessionKey !== undefined) {
    session.keys = sessionKeys(connection, logon.sessionKey, session.preauthHash);
    session.signingRequired = config.signingRequired || (request.securityMode & SecurityMode.SIGNING_REQUIRED) !== 0;
    session.encryptData = config.encryption === 'required';
  }
  connection.authenticated();
  server.env.log('info', 'auth', 'logged on', {
    user: logon.identity.name,
    from: connection.transport.remoteAddress,
    guest: logon.guest,
    anonymous: logon.anonymous,
  });
  const { guest, anonymous } = logon;
  server.listeners.logon?.({ ...activityOf(session), guest, anonymous });
}

function sessionKeys(connection: Connection, sessionKey: Uint8Array, preauth: Uint8Array | undefined): SessionKeys {
  const { dialect, cipher, signing, clientCapabilities } = connection;
  const keys = deriveKeys(dialect, cipher === undefined ? 0 : idOf(CIPHERS, cipher), sessionKey, preauth);
  const canEncrypt =
    cipher !== undefined && (dialect === Dialect.SMB_3_1_1 || (clientCapabilities & Capabilities.ENCRYPTION) !== 0);
  return {
    signer: createSigner(signing, keys.signingKey),
    opener: canEncrypt ? createSealer(cipher, keys.clientToServer) : undefined,
    sealer: canEncrypt ? createSealer(cipher, keys.serverToClient) : undefined,
  };
}
