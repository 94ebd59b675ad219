import { Command, Dialect, NtStatus, sessionSetupRequest, sessionSetupResponse } from '@tsmbd/smb2-codec';
import type { SmbClient } from '@tsmbd/tool-smb-client';
import { fail } from '../../violation.ts';
import type { EngineRun } from '../engine-run.ts';
import * as requests from '../requests.ts';
import { ALICE, BOB, connected, create, expectLast, type Race, STATUS_SUCCESS, statusOf, whileHeld } from './race.ts';

const { STATUS_ACCESS_DENIED, STATUS_REQUEST_NOT_ACCEPTED, STATUS_USER_SESSION_DELETED } = NtStatus;
const BINDING = 1;

/**
 * Races of a second channel. This server has no multichannel, so each of them ends before it
 * begins. That is what is checked.
 */
export const CHANNEL_RACES: readonly Race[] = [
  {
    name: 'a connection wants to be a channel of alice’s session: hers, bob’s, unsigned, of an old dialect, of no session',
    known: '36: CVE-2026-31476; a failed binding and a binding by another user',
    rule: '[MS-SMB2] 3.3.5.2.4, 3.3.5.5: only who has the key hears that there are no channels; the session stays whole',
    async play(run) {
      await connected(run, ALICE, BOB);
      await run.step(create(ALICE));
      const alice = run.clients[ALICE]!.smb!;
      const bob = run.clients[BOB]!.smb!;
      const attempts: readonly [what: string, Binding, expected: number][] = [
        ['her own', { signer: alice.signer }, STATUS_REQUEST_NOT_ACCEPTED],
        ['signed with the key of bob’s', { signer: bob.signer }, STATUS_ACCESS_DENIED],
        ['unsigned', {}, STATUS_REQUEST_NOT_ACCEPTED],
        ['2.1', { dialect: Dialect.SMB_2_1 }, STATUS_REQUEST_NOT_ACCEPTED],
        ['no session', { signer: alice.signer, sessionId: 1n }, STATUS_USER_SESSION_DELETED],
      ];
      for (const [what, binding, expected] of attempts) {
        const status = await bind(run, { sessionId: alice.sessionId, ...binding });
        // A worker does not know the sessions of the others: it says that there is none.
        const isUnknown = run.world.servers.length > 1 && status === STATUS_USER_SESSION_DELETED;
        if (status !== expected && !isUnknown) fail(`${what}: 0x${status.toString(16)}`);
        await run.step({ do: 'write', who: ALICE, open: 0 });
        expectLast(run, ALICE, Command.WRITE, STATUS_SUCCESS);
      }
    },
  },
  {
    name: 'a connection wants to be a channel of a session while LOGOFF ends it',
    known: '33, 35: CVE-2025-37899, CVE-2026-23226, CVE-2023-32258',
    rule: '[MS-SMB2] 3.3.5.5, 3.3.5.6: a session that is going takes nobody in',
    async play(run) {
      await connected(run, ALICE);
      await run.step(create(ALICE));
      const { sessionId, signer } = run.clients[ALICE]!.smb!;
      await whileHeld(run, 'close', async () => {
        requests.logoff(run.clients[ALICE]!);
        await run.settle();
        const status = await bind(run, { sessionId, signer });
        if (status !== STATUS_USER_SESSION_DELETED) fail(`0x${status.toString(16)}`);
      });
    },
  },
];

interface Binding {
  readonly sessionId?: bigint;
  readonly signer?: SmbClient['signer'];
  readonly dialect?: number;
}

/** Sends SESSION_SETUP with SMB2_SESSION_FLAG_BINDING on a new connection. Returns its status. */
async function bind(run: EngineRun, { sessionId = 0n, signer, dialect = Dialect.SMB_3_1_1 }: Binding): Promise<number> {
  const smb = run.world.connect({ dialects: [dialect] });
  await smb.negotiate();
  smb.sessionId = sessionId;
  smb.signer = signer;
  const body = {
    flags: BINDING,
    securityMode: 1,
    capabilities: 0,
    channel: 0,
    previousSessionId: 0n,
    securityBuffer: new Uint8Array(40),
  };
  const status = await statusOf(smb.request(Command.SESSION_SETUP, sessionSetupRequest, sessionSetupResponse, body));
  smb.close();
  await run.settle();
  return status;
}
