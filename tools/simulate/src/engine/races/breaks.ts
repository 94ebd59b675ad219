import { Command, NtStatus } from '@tsmbd/smb2-codec';
import { fail } from '../../violation.ts';
import { ALICE, BATCH, BOB, connected, create, expectLast, type Race, RWH, STATUS_SUCCESS } from './race.ts';

/** Races of breaks and of requests that wait for them. */
export const BREAK_RACES: readonly Race[] = [
  {
    name: 'a break whose holder loses its connection before it answers',
    known: '37: CVE-2025-37776, CVE-2025-38437, CVE-2026-31444, -43376, -68381, -80926',
    rule: '[MS-SMB2] 3.3.4.6, 3.3.7.1: the wait ends with the holder, not after 35 seconds',
    async play(run) {
      await connected(run, ALICE, BOB);
      await run.step(create(ALICE, { oplock: BATCH }));
      await run.step(create(BOB));
      if (run.clients[ALICE]!.breaks.length !== 1) fail('alice was told of no break');
      await run.step({ do: 'drop', who: ALICE });
      expectLast(run, BOB, Command.CREATE, STATUS_SUCCESS);
    },
  },
  {
    name: 'while a CREATE waits for a break, the file goes on being used',
    known: '38: CVE-2026-98897',
    rule: '[MS-SMB2] 3.3.4.2: who waits holds up nobody but himself',
    async play(run) {
      await connected(run, ALICE, BOB);
      await run.step(create(ALICE, { oplock: BATCH }));
      await run.step(create(BOB));
      await run.step({ do: 'write', who: ALICE, open: 0 });
      expectLast(run, ALICE, Command.WRITE, STATUS_SUCCESS);
      await run.step({ do: 'acknowledge', who: ALICE, index: 0, how: 'right' });
      expectLast(run, BOB, Command.CREATE, STATUS_SUCCESS);
    },
  },
  {
    name: 'an acknowledgment that keeps more than was offered',
    known: '38: CVE-2026-98901',
    rule: '[MS-SMB2] 3.3.5.22.2: STATUS_REQUEST_NOT_ACCEPTED, and the break goes on',
    async play(run) {
      await connected(run, ALICE, BOB);
      await run.step(create(ALICE, { lease: { key: 1, state: RWH, version: 2 } }));
      await run.step(create(BOB));
      await run.step({ do: 'acknowledge', who: ALICE, index: 0, how: 'more' });
      expectLast(run, ALICE, Command.OPLOCK_BREAK, NtStatus.STATUS_REQUEST_NOT_ACCEPTED);
      if (run.clients[BOB]!.answers.some((a) => a.command === Command.CREATE)) fail('bob was let in');
      await run.step({ do: 'advance', ms: 35_000 });
      expectLast(run, BOB, Command.CREATE, STATUS_SUCCESS);
    },
  },
];
