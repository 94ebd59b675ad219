import { createInitiator } from '@tsmbd/ntlm-auth';
import { Command, NtStatus, sessionSetupRequest, sessionSetupResponse } from '@tsmbd/smb2-codec';
import type { SmbClient } from '@tsmbd/tool-smb-client';
import { fail } from '../../violation.ts';
import { turn, type World } from '../world.ts';
import { ALICE, BOB, connected, create, type Race, statusOf } from './race.ts';

const { STATUS_INSUFFICIENT_RESOURCES, STATUS_MORE_PROCESSING_REQUIRED } = NtStatus;

/** Races about how much of the server one client may take. */
export const LIMIT_RACES: readonly Race[] = [
  {
    name: 'SESSION_SETUPs that nobody goes on with',
    known: '43: CVE-2023-32247',
    rule: '[MS-SMB2] 3.3.5.5.1: few of a connection, none against those that are logged on; those that are not finished go',
    settings: { config: { maxSessions: 5, maxSessionsPerConnection: 3 } },
    async play(run) {
      const { world } = run;
      const connections: SmbClient[] = [];
      for (let i = 0; i < 2; i++) {
        const smb = world.connect();
        connections.push(smb);
        await smb.negotiate();
        for (let session = 0; session < 20; session++) {
          if ((await beginLogon(smb)) !== STATUS_MORE_PROCESSING_REQUIRED) fail('a logon cannot begin');
        }
      }
      // Each worker has this many, however many workers there are.
      const most = 32 * Math.min(2, world.servers.length);
      if (sessionsOf(world) > most) fail(`${sessionsOf(world)} sessions are half made`);
      await connected(run, ALICE);
      if (!run.clients[ALICE]!.isConnected) fail('alice cannot log on');
      world.clock.advance(30_000);
      await turn();
      if (sessionsOf(world) !== 1) fail('unfinished sessions stay');
      for (const smb of connections) smb.close();
    },
  },
  {
    name: 'more requests that wait than a connection may have credits',
    known: '43: CVE-2024-50285',
    rule: '[MS-SMB2] 3.3.4.2: STATUS_INSUFFICIENT_RESOURCES, and what is refused waits nowhere',
    settings: { config: { maxCredits: 8 } },
    async play(run) {
      await connected(run, ALICE, BOB);
      await run.step(create(ALICE, { name: 'd', options: 1 }));
      await run.step(create(ALICE));
      await run.step(create(BOB));
      const ranges = [{ at: 0, length: 1, exclusive: true }];
      await run.step({ do: 'lock', who: BOB, open: 0, ranges, wait: false });
      for (let i = 0; i < 6; i++) await run.step({ do: 'notify', who: ALICE, open: 0, tree: false });
      for (let i = 0; i < 4; i++) await run.step({ do: 'lock', who: ALICE, open: 1, ranges, wait: true });
      await run.step({ do: 'notify', who: ALICE, open: 0, tree: false });
      const waiting = run.clients[ALICE]!.unanswered.size;
      const refused = run.clients[ALICE]!.answers.filter(({ status }) => status === STATUS_INSUFFICIENT_RESOURCES);
      if (waiting !== 8 || refused.length !== 3) fail(`${waiting} wait, ${refused.length} refused`);
      await run.step({ do: 'unlock', who: BOB, open: 0, at: 0, length: 1 });
      if (run.clients[ALICE]!.unanswered.size !== 7) fail('not one lock was granted');
    },
  },
  {
    name: 'clients that are thrown out: no SMB, a command before NEGOTIATE, a second NEGOTIATE',
    known: '43: 686917f',
    rule: '[MS-SMB2] 3.3.5.2, 3.3.5.4: the connection is closed, not only left',
    async play(run) {
      const { world } = run;
      const offences: readonly ((smb: SmbClient) => void)[] = [
        (smb) => smb.transport.send([new Uint8Array(4), new TextEncoder().encode('GET / HTTP/1.1')]),
        (smb) => void beginLogon(smb).catch(() => {}),
        (smb) => void smb.negotiate().then(() => smb.negotiate().catch(() => {})),
      ];
      for (const offend of offences) {
        const smb = world.connect();
        offend(smb);
        for (let turns = 0; turns < 3; turns++) await turn();
        if (smb.closed === undefined || world.servers.some(({ connections }) => connections.size > 0))
          fail('the connection stays');
      }
    },
  },
];

/** Sends the first of two SESSION_SETUPs of a new session. Returns its status. */
function beginLogon(smb: SmbClient): Promise<number> {
  const ntlm = createInitiator({
    user: 'alice',
    domain: '',
    password: 'alice-password',
    workstation: 'W',
    clientChallenge: new Uint8Array(8),
    randomSessionKey: new Uint8Array(16),
    now: 0n,
  });
  const body = {
    flags: 0,
    securityMode: 1,
    capabilities: 0,
    channel: 0,
    previousSessionId: 0n,
    securityBuffer: ntlm.negotiate(),
  };
  return statusOf(smb.request(Command.SESSION_SETUP, sessionSetupRequest, sessionSetupResponse, body));
}

function sessionsOf({ servers }: World): number {
  return servers.reduce((sum, { sessions }) => sum + sessions.size, 0);
}
