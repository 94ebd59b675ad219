import { Writer } from '@tsmbd/ms-dtyp';
import type { FileEffect } from '@tsmbd/oplock-lease';
import { Command, HeaderFlags, header as headerCodec, makeHeader, oplockBreakResponse } from '@tsmbd/smb2-codec';
import { HEADROOM } from './chain.ts';
import type { FileOpen } from './open.ts';
import type { SmbServer } from './server.ts';

/** How long a holder may take to acknowledge, [MS-SMB2] 3.3.2.1 (what Windows waits). */
const BREAK_TIMEOUT_MS = 35_000;
/** MessageId of what the server says unasked, [MS-SMB2] 2.2.23. */
const UNSOLICITED = 0xffff_ffff_ffff_ffffn;

type BreakEffect = Extract<FileEffect, { type: 'break' | 'break-ended' }>;

/** Tells holders of oplocks what they may keep, and waits for them as long as the specification says. */
export class OplockBreaks {
  readonly #server: SmbServer;
  readonly #timers = new Map<number, () => void>();

  constructor(server: SmbServer) {
    this.#server = server;
  }

  effect(key: string, effect: BreakEffect): void {
    if (effect.type === 'break-ended') {
      this.#timers.get(effect.open)?.();
      this.#timers.delete(effect.open);
      return;
    }
    const open = this.#server.opens.byId(effect.open);
    if (open !== undefined) this.#notify(open, effect.to);
    if (!effect.acknowledge) return;
    const { env, authority } = this.#server;
    // [MS-SMB2] 3.3.6.1: who does not answer has given up what it was asked for.
    const cancel = env.timer(BREAK_TIMEOUT_MS, () => {
      env.log('info', 'oplock', 'no acknowledgment of an oplock break', { open: effect.open });
      authority.apply(key, { type: 'break-end', open: effect.open, level: undefined });
    });
    this.#timers.set(effect.open, cancel);
  }

  /** OPLOCK_BREAK Notification, [MS-SMB2] 3.3.4.6: unsigned, sealed where the session is. */
  #notify(open: FileOpen, level: number): void {
    const { session } = open;
    const w = new Writer(256, HEADROOM);
    headerCodec.encode(
      w,
      makeHeader({ command: Command.OPLOCK_BREAK, flags: HeaderFlags.SERVER_TO_REDIR, messageId: UNSOLICITED }),
    );
    oplockBreakResponse.encode(w, { kind: 'oplock', oplockLevel: level, fileId: open.fileId });
    const frame = w.result();
    this.#server.env.log('debug', 'oplock', 'break', { open: open.id, level });
    const sealer = session.keys?.sealer;
    if (session.encryptData && sealer !== undefined) {
      sealer.seal(frame.subarray(4), session.sessionId);
      session.connection.send([frame]);
    } else {
      session.connection.send([frame.subarray(HEADROOM - 4)]);
    }
  }
}
