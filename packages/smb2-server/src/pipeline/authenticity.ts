import { Command, type Header, HeaderFlags } from '@tsmbd/smb2-codec';
import type { Session } from '../model/index.ts';

/** Why a request is not accepted as one that belongs to the session it names. */
export type Doubt = 'sealed for another session' | 'signed for no session' | 'wrong signature' | 'not signed';

/**
 * Checks whether a request comes from the client that has the session's keys. Returns the doubt, or
 * undefined. This is done for every command, even for commands that need no session, because
 * SESSION_SETUP ends or changes the session that it names. [MS-SMB2] 3.3.5.2.1.1, 3.3.5.2.4
 *
 * @param bytes the bytes of the request from its header on, which a signature covers
 * @param sealedFor the session whose key decrypted the message
 * @param session the session that the request names, if there is one
 */
export function doubtAbout(
  header: Header,
  bytes: Uint8Array,
  sealedFor: Session | undefined,
  session: Session | undefined,
): Doubt | undefined {
  if (sealedFor !== undefined) return sealedFor === session ? undefined : 'sealed for another session';
  if ((header.flags & HeaderFlags.SIGNED) !== 0) {
    if (session === undefined) return 'signed for no session';
    const { keys } = session;
    return keys !== undefined && !keys.signer.verify(bytes) ? 'wrong signature' : undefined;
  }
  return session !== undefined && mustSign(header, session) ? 'not signed' : undefined;
}

/**
 * A session that encrypts may be renewed by a SESSION_SETUP that is only signed: clients do not
 * encrypt it. [MS-SMB2] 3.2.4.1.8
 */
function mustSign({ command }: Header, { signingRequired, encryptData, clientEncrypts }: Session): boolean {
  return signingRequired || encryptData || (clientEncrypts && command === Command.SESSION_SETUP);
}
