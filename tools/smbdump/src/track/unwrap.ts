import { CompressionError, decompressMessage } from '@tsmbd/smb-compression';
import { isSealed, sealedSessionId } from '@tsmbd/smb-crypto';
import { protocolOf } from '@tsmbd/smb2-codec';
import type { ConversationState } from './conversation-state.ts';
import type { SessionState } from './model.ts';
import type { PduKind } from './pdu.ts';

/** A message without what was around it. */
export interface Unwrapped {
  readonly kind: PduKind;
  /** The plain message, or what is left closed. */
  readonly bytes: Uint8Array;
  /** Its length when it is whole. */
  readonly length: number;
  readonly sealed: boolean;
  readonly compressed: boolean;
  /** The session that sealed it. */
  readonly session: SessionState | undefined;
  readonly problem?: string | undefined;
}

/** Opens sealed messages and decompresses compressed ones, [MS-SMB2] 3.2.5.1.1 and 3.2.5.1.10. */
export class Unwrapper {
  readonly #state: ConversationState;
  readonly #fromClient: boolean;

  constructor(state: ConversationState, fromClient: boolean) {
    this.#state = state;
    this.#fromClient = fromClient;
  }

  /** @param length of the whole message, of which `bytes` may be the first part */
  unwrap(bytes: Uint8Array, length: number): Unwrapped {
    const plain = { bytes, length, sealed: false, compressed: false, session: undefined };
    switch (protocolOf(bytes)) {
      case 'smb2':
        return { ...plain, kind: 'smb2' };
      case 'smb1':
        return { ...plain, kind: 'smb1' };
      case 'transform':
        return this.#open(bytes, length);
      case 'compressed':
        return this.#inflate(plain);
      default:
        return { ...plain, kind: 'malformed', problem: 'begins like no SMB message' };
    }
  }

  #open(bytes: Uint8Array, length: number): Unwrapped {
    const id = sealedSessionId(bytes);
    const session = id === undefined ? undefined : this.#state.session(id);
    const closed: Unwrapped = { kind: 'sealed', bytes, length, sealed: true, compressed: false, session };
    if (id === undefined) return { ...closed, problem: 'its header is cut' };
    if (bytes.length < length || session === undefined) return closed;
    const opened = this.#state.security.open(session, bytes, this.#fromClient);
    if (opened === undefined) return closed;
    if (opened === false) return { ...closed, problem: 'the key does not open it' };
    const plain: Unwrapped = { ...closed, bytes: opened, length: opened.length };
    const kind = protocolOf(opened);
    if (kind === 'smb2') return { ...plain, kind };
    // Sealed within sealed is none of the protocol's.
    if (kind === 'compressed' && !isSealed(opened)) return this.#inflate(plain);
    return { ...plain, kind: 'malformed', problem: 'what was sealed is no SMB2 message' };
  }

  #inflate(plain: Omit<Unwrapped, 'kind'>): Unwrapped {
    const closed: Unwrapped = { ...plain, kind: 'compressed', compressed: true };
    // A part cannot be decompressed, not even its header.
    if (plain.bytes.length < plain.length) return closed;
    try {
      const bytes = decompressMessage(plain.bytes, { limit: MAX_MESSAGE });
      if (protocolOf(bytes) !== 'smb2') return { ...closed, problem: 'what was compressed is no SMB2 message' };
      return { ...closed, kind: 'smb2', bytes, length: bytes.length };
    } catch (error) {
      if (!(error instanceof CompressionError)) throw error;
      return { ...closed, problem: error.message };
    }
  }
}

/** The largest message of Direct TCP, [MS-SMB2] 2.1; a compressed one cannot stand for more. */
const MAX_MESSAGE = 0xff_ffff;
