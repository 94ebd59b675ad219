import { createInitiator } from '@tsmbd/ntlm-auth';
import { Command, NtStatus, sessionSetupRequest, sessionSetupResponse } from '@tsmbd/smb2-codec';
import type { Attack } from '../attack.ts';

/** Many clients begin a logon and never finish it. */
export const halfMadeLogons: Attack = {
  name: 'half-made logons',
  what: '8 connections that begin 2,048 logons each and finish none',
  async run(scene) {
    const token = createInitiator({
      user: 'x',
      domain: '',
      password: 'y',
      workstation: 'W',
      clientChallenge: new Uint8Array(8),
      randomSessionKey: new Uint8Array(16),
      now: 0n,
    }).negotiate();
    const none = { flags: 0, securityMode: 1, capabilities: 0, channel: 0, previousSessionId: 0n };
    for (let i = 0; i < 8; i++) {
      const client = await scene.connect();
      for (let n = 0; n < 2048 * scene.scale; n += 64) {
        const begun = Array.from({ length: 64 }, () =>
          client.request(
            Command.SESSION_SETUP,
            sessionSetupRequest,
            sessionSetupResponse,
            { ...none, securityBuffer: token },
            {},
            // The oldest half-made sessions make room, some of them before they are answered.
            [NtStatus.STATUS_MORE_PROCESSING_REQUIRED, NtStatus.STATUS_USER_SESSION_DELETED],
          ),
        );
        await Promise.all(begun);
      }
    }
  },
};

/** Many connections take places and do not use them. */
export const idleConnections: Attack = {
  name: 'idle connections',
  what: '1,200 connections with one NEGOTIATE each, and nothing after it',
  async run(scene) {
    for (let i = 0; i < 1200 * scene.scale; i++) {
      // If no place is left, one of these connections is closed to make room. Its end is not a
      // failure of the attack.
      await scene.connect().catch(() => undefined);
    }
  },
};
