import type { Codec } from '@tsmbd/ms-dtyp';
import { createSealer, createSigner, type Sealer, type Signer } from '@tsmbd/smb-crypto';
import {
  Command,
  HeaderFlags,
  NtStatus,
  ntStatusName,
  type SessionSetupRequest,
  sessionSetupRequest,
} from '@tsmbd/smb2-codec';
import { messageIdOf, type SmbClient } from '@tsmbd/tool-smb-client';
import { settle } from './harness.ts';

/**
 * What became of a message: the status of its answer (STATUS_PENDING too), or one of the other
 * ends.
 */
export type Answer = keyof typeof NtStatus | 'closes' | 'no answer';

/** In whose name a message is sent, and by whose keys. Absent keys: it is sent as it is. */
export interface Voice {
  readonly sessionId: bigint;
  readonly signer?: Signer | undefined;
  /** The message is sealed by the key of that session. */
  readonly sealer?: { readonly sealer: Sealer; readonly sessionId: bigint } | undefined;
  /** Changes the message after it was signed. */
  readonly tamper?: (message: Uint8Array) => void;
}

/** What `say` sends beside the body. */
export interface Said {
  readonly treeId?: number;
  readonly flags?: number;
  readonly messageId?: bigint;
  /** In the place of Status. */
  readonly channelSequence?: number;
  /** In the place of ProcessId and TreeId. */
  readonly asyncId?: bigint;
}

const HEADROOM = 56;

/** The session of a client, as it speaks itself: signed. */
export function voiceOf(client: SmbClient): Voice {
  return { sessionId: client.sessionId, signer: client.signer };
}

/** What the client of a session seals with. */
export function sealerOf(client: SmbClient): { sealer: Sealer; sessionId: bigint } {
  return { sealer: createSealer('aes-128-gcm', client.keys!.clientToServer), sessionId: client.sessionId };
}

/** A signer with a key that no session has. */
export function strangersSigner(): Signer {
  return createSigner('aes-gmac', new Uint8Array(16).fill(7));
}

/** The bytes of a message as `voice` says it, with the transport's headroom. */
export function frameOf<Q>(
  client: SmbClient,
  command: number,
  codec: Codec<Q>,
  body: Q,
  said: Said,
  voice: Voice,
): Uint8Array {
  const { treeId = 0, flags = 0 } = said;
  const frame = client.encode(command, codec, body, { treeId, flags }).result();
  const message = frame.subarray(HEADROOM);
  const view = new DataView(message.buffer, message.byteOffset);
  view.setBigUint64(40, voice.sessionId, true);
  if (said.messageId !== undefined) view.setBigUint64(24, said.messageId, true);
  if (said.channelSequence !== undefined) view.setUint16(8, said.channelSequence, true);
  if (said.asyncId !== undefined) view.setBigUint64(32, said.asyncId, true);
  if (voice.signer !== undefined) {
    message[16]! |= HeaderFlags.SIGNED;
    voice.signer.sign(message);
  }
  voice.tamper?.(message);
  return frame;
}

/** Sends a message in somebody's name, and says what comes of it. */
export async function say<Q>(
  client: SmbClient,
  command: number,
  codec: Codec<Q>,
  body: Q,
  said: Said,
  voice: Voice,
  wait: () => Promise<void> = settle,
): Promise<Answer> {
  const frame = frameOf(client, command, codec, body, said, voice);
  const message = frame.subarray(HEADROOM);
  let answer: Answer = 'no answer';
  const seen = (status: number): void => {
    answer = ntStatusName(status) as Answer;
  };
  if (command !== Command.CANCEL) {
    client
      .expect(messageIdOf(message), () => seen(NtStatus.STATUS_PENDING))
      .then(
        ({ header }) => seen(header.status),
        () => {
          answer = 'closes';
        },
      );
  }
  if (voice.sealer === undefined) client.transport.send([frame.subarray(HEADROOM - 4)]);
  else {
    voice.sealer.sealer.seal(frame.subarray(4), voice.sealer.sessionId);
    client.transport.send([frame]);
  }
  await wait();
  return client.closed === undefined ? answer : 'closes';
}

/** One leg of a logon, in somebody's name. */
export function setup(
  client: SmbClient,
  securityBuffer: Uint8Array,
  voice: Voice,
  more: Partial<SessionSetupRequest> = {},
): Promise<Answer> {
  const body = {
    flags: 0,
    securityMode: 1,
    capabilities: 0,
    channel: 0,
    previousSessionId: 0n,
    securityBuffer,
    ...more,
  };
  return say(client, Command.SESSION_SETUP, sessionSetupRequest, body, {}, voice);
}
