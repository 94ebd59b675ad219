import { Command, NtStatus } from '@tsmbd/smb2-codec';
import { fail } from '../../violation.ts';
import * as requests from '../requests.ts';
import { ALICE, connected, create, expectLast, type Race, STATUS_SUCCESS, whileHeld } from './race.ts';

/**
 * Races of sessions and trees that end while they are used, and of the users that they belong to.
 */
export const SESSION_RACES: readonly Race[] = [
  {
    name: 'LOGOFF while a CREATE of the session waits for the disk',
    known: '33: CVE-2023-32250, CVE-2023-32257, CVE-2025-37899',
    rule: '[MS-SMB2] 3.3.5.6: nothing of the session is left, whatever was under way',
    async play(run) {
      await connected(run, ALICE);
      await whileHeld(run, 'open', async () => {
        await run.step(create(ALICE));
        requests.logoff(run.clients[ALICE]!);
      });
      expectLast(run, ALICE, Command.CREATE, NtStatus.STATUS_USER_SESSION_DELETED);
    },
  },
  {
    name: 'authentication again while LOGOFF closes what was open',
    known: '33: ZDI-CAN-20481, 20590, 20596; CVE-2023-52480',
    rule: '[MS-SMB2] 3.3.5.5.2: a session that is going is found by nobody',
    async play(run) {
      await connected(run, ALICE);
      await run.step(create(ALICE));
      const { smb } = run.clients[ALICE]!;
      let again: Promise<void> | undefined;
      await whileHeld(run, 'close', () => {
        requests.logoff(run.clients[ALICE]!);
        again = smb!.logOn('alice', 'alice-password').then(
          () => fail('the session came back'),
          () => {},
        );
      });
      await again;
    },
  },
  {
    name: 'TREE_DISCONNECT twice at once',
    known: '34: CVE-2023-32254',
    rule: '[MS-SMB2] 3.3.5.8: the second finds no tree',
    async play(run) {
      await connected(run, ALICE);
      await run.step(create(ALICE));
      await whileHeld(run, 'close', () => {
        requests.leaveTree(run.clients[ALICE]!);
        requests.leaveTree(run.clients[ALICE]!);
      });
      const statuses = run.clients[ALICE]!.answers.filter((a) => a.command === Command.TREE_DISCONNECT);
      if (statuses.filter((a) => a.status === STATUS_SUCCESS).length !== 1) fail('not once');
      run.clients[ALICE]!.treeId = 0;
    },
  },
  {
    name: 'nobody, and bob with a wrong password, authenticate on alice’s session',
    known: '36: CVE-2023-32249, CVE-2026-31476',
    rule: '[MS-SMB2] 3.3.5.5.3: a session stays its user’s; a failure costs the session of another nothing',
    async play(run) {
      await connected(run, ALICE);
      await run.step(create(ALICE));
      const { smb } = run.clients[ALICE]!;
      for (const [user, password] of [
        ['', ''],
        ['bob', 'wrong'],
      ] as const) {
        const done = smb!.logOn(user, password).catch(() => {});
        await run.settle();
        // The answer to a wrong password is delayed.
        run.world.clock.advance(30_000);
        await done;
        const session = run.world.session(smb!.sessionId);
        if (session !== undefined && session.identity?.name !== 'alice') fail('the session is not alice’s any more');
      }
      await run.step({ do: 'drop', who: ALICE });
    },
  },
];
