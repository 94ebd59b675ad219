import { Command, NtStatus } from '@tsmbd/smb2-codec';
import { fail } from '../../violation.ts';
import type { EngineRun } from '../engine-run.ts';
import {
  ALICE,
  ALICE_2,
  aliceIsAway,
  BATCH,
  BOB,
  connected,
  create,
  EVE,
  expectLast,
  type Race,
  STATUS_SUCCESS,
  whileHeld,
} from './race.ts';

/** Races of opens that wait for their client. */
export const DURABLE_RACES: readonly Race[] = [
  {
    name: 'bob comes back for what alice left, with her ClientGuid and the right FileId',
    known: '39: CVE-2026-31717',
    rule: '[MS-SMB2] 3.3.5.9.7, 3.3.5.9.12: Open.DurableOwner',
    async play(run) {
      for (const durable of ['v1', 'v2', 'persistent'] as const) {
        await aliceIsAway(run, { durable, name: durable, guid: durable.length });
        await connected(run, EVE);
        await run.step({ do: 'reconnect', who: EVE, open: run.opens.length - 1, stale: true });
        expectLast(run, EVE, Command.CREATE, NtStatus.STATUS_ACCESS_DENIED);
      }
    },
  },
  {
    name: 'two reconnects of one open at once',
    known: '39: CVE-2026-72381, -64016',
    rule: '[MS-SMB2] 3.3.5.9.7: an open that somebody has is not there to be had',
    async play(run) {
      await aliceIsAway(run);
      await connected(run, ALICE, ALICE_2);
      await whileHeld(run, 'stat', async () => {
        await run.step({ do: 'reconnect', who: ALICE, open: 0, hurry: true });
        await run.step({ do: 'reconnect', who: ALICE_2, open: 0 });
      });
      // With several workers, the one that is nearer to the open's home may come first.
      const [first, second] = [ALICE, ALICE_2].sort((a, b) => lastStatus(run, a) - lastStatus(run, b));
      if (run.world.servers.length === 1 && first !== ALICE) fail('the second was first');
      expectLast(run, first!, Command.CREATE, STATUS_SUCCESS);
      expectLast(run, second!, Command.CREATE, NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
    },
  },
  {
    name: 'a CREATE is repeated by another user while the first open lives',
    known: '39: CVE-2026-23427, -89635',
    rule: '[MS-SMB2] 3.3.5.9.10: the open, its oplock too, is its owner’s',
    async play(run) {
      await connected(run, ALICE, EVE);
      await run.step(create(ALICE, { oplock: BATCH, durable: 'v2' }));
      await run.step(create(EVE, { oplock: BATCH, durable: 'v2', replay: true }));
      expectLast(run, EVE, Command.CREATE, NtStatus.STATUS_ACCESS_DENIED);
    },
  },
  {
    name: 'a durable open with a lock runs out while its client comes back',
    known: '39: CVE-2026-31718',
    rule: '[MS-SMB2] 3.3.6.2: it is over with its locks, or it is there with them',
    async play(run) {
      await connected(run, ALICE, BOB);
      await run.step(create(ALICE, { oplock: BATCH, durable: 'v2' }));
      const ranges = [{ at: 0, length: 2, exclusive: true }];
      await run.step({ do: 'lock', who: ALICE, open: 0, ranges, wait: false });
      await run.step({ do: 'drop', who: ALICE });
      await connected(run, ALICE);
      await run.step({ do: 'hold', gate: 'close' });
      await run.step({ do: 'advance', ms: 60_000 });
      await run.step({ do: 'reconnect', who: ALICE, open: 0, stale: true });
      expectLast(run, ALICE, Command.CREATE, NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
      await run.step({ do: 'release', index: 0 });
      await run.step(create(BOB));
      await run.step({ do: 'lock', who: BOB, open: 0, ranges, wait: false });
      expectLast(run, BOB, Command.LOCK, STATUS_SUCCESS);
    },
  },
  {
    name: 'an open in the way is purged while its client comes back',
    known: '39: the purge of a disconnected open against its reconnect',
    rule: '[MS-SMB2] 3.3.4.7, 3.3.5.9.12: what was purged is never reclaimed',
    async play(run) {
      await aliceIsAway(run, { options: 0x1000 });
      await connected(run, ALICE, BOB);
      await whileHeld(run, 'unlink', async () => {
        await run.step({ ...create(BOB), hurry: true });
        await run.step({ do: 'reconnect', who: ALICE, open: 0, stale: true });
      });
      if (run.opens.filter((open) => open.by !== undefined).length > 1) fail('both have it');
    },
  },
];

function lastStatus(run: EngineRun, who: number): number {
  return run.clients[who]!.answers.findLast(({ command }) => command === Command.CREATE)?.status ?? -1;
}
