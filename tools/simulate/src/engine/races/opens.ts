import { Command, NtStatus, queryDirectoryRequest, queryDirectoryResponse } from '@tsmbd/smb2-codec';
import { fail } from '../../violation.ts';
import { listBody } from '../bodies.ts';
import { changesOf } from './all-requests.ts';
import { ALICE, BOB, connected, create, expectLast, type Race, STATUS_SUCCESS, whileHeld } from './race.ts';

/** FILE_GENERIC_READ. */
const READ_ONLY = 0x0012_0089;

/** Races of requests that use an open. */
export const OPEN_RACES: readonly Race[] = [
  {
    name: 'CLOSE, then LOGOFF before the disk has closed the file',
    known: '35: CVE-2023-32258',
    rule: '[MS-SMB2] 3.3.5.10: an open ends once',
    async play(run) {
      await connected(run, ALICE);
      await run.step(create(ALICE));
      await whileHeld(run, 'close', async () => {
        await run.step({ do: 'close', who: ALICE, open: 0 });
        await run.step({ do: 'logoff', who: ALICE });
      });
    },
  },
  {
    name: 'QUERY_DIRECTORY and CLOSE in one breath',
    known: '35: QUERY_DIRECTORY vs CLOSE',
    rule: '[MS-SMB2] 3.3.5.18: listed before it closes; no cursor outlives its open',
    async play(run) {
      await connected(run, ALICE);
      await run.step(create(ALICE, { name: 'd', options: 1 }));
      const { fileId } = run.opens[0]!;
      run.clients[ALICE]!.send(
        Command.QUERY_DIRECTORY,
        [queryDirectoryRequest, queryDirectoryResponse],
        listBody(fileId, 0),
      );
      await run.step({ do: 'close', who: ALICE, open: 0 });
      expectLast(run, ALICE, Command.QUERY_DIRECTORY, STATUS_SUCCESS);
      expectLast(run, ALICE, Command.CLOSE, STATUS_SUCCESS);
    },
  },
  {
    name: 'a LOCK of two ranges whose second is taken',
    known: '40: CVE-2026-90162',
    rule: '[MS-SMB2] 3.3.5.14.2: all ranges or none, and nobody sees a part',
    async play(run) {
      await connected(run, ALICE, BOB);
      await run.step(create(ALICE));
      await run.step(create(BOB));
      const [first, second] = [0, 4].map((at) => ({ at, length: 2, exclusive: true }));
      await run.step({ do: 'lock', who: ALICE, open: 0, ranges: [second!], wait: false });
      await run.step({ do: 'lock', who: BOB, open: 0, ranges: [first!, second!], wait: false });
      expectLast(run, BOB, Command.LOCK, NtStatus.STATUS_LOCK_NOT_GRANTED);
      await run.step({ do: 'lock', who: ALICE, open: 0, ranges: [first!], wait: false });
      expectLast(run, ALICE, Command.LOCK, STATUS_SUCCESS);
    },
  },
  {
    name: 'a CREATE through `..` while the directory on the way is renamed',
    known: '41: CVE-2026-68083',
    rule: '[MS-SMB2] 3.3.5.9: a name never leaves the share',
    async play(run) {
      await connected(run, ALICE, BOB);
      await run.step(create(ALICE, { name: 'd', options: 1 }));
      await whileHeld(run, 'rename', async () => {
        await run.step({ do: 'rename', who: ALICE, open: 0, to: 'g' });
        await run.step(create(BOB, { name: 'd\\..\\..\\f' }));
        expectLast(
          run,
          BOB,
          Command.CREATE,
          NtStatus.STATUS_OBJECT_PATH_SYNTAX_BAD,
          NtStatus.STATUS_OBJECT_NAME_INVALID,
        );
      });
    },
  },
  {
    name: 'everything that changes a file, through an open that may only read it',
    known: '42: CVE-2026-64393, -64391, -68457',
    rule: '[MS-SMB2] 3.3.5.13, 3.3.5.15, 3.3.5.21: Open.GrantedAccess decides, not who the server is',
    async play(run) {
      await connected(run, ALICE);
      for (const name of ['f', 'f:s']) {
        await run.step(create(ALICE, { name }));
        await run.step({ do: 'write', who: ALICE, open: 0 });
        await run.step({ do: 'close', who: ALICE, open: 0 });
        await run.step(create(ALICE, { name, access: READ_ONLY }));
        const before = await run.bytesOf(run.opens.at(-1)!);
        for (const [what, change] of changesOf(run.opens.at(-1)!.fileId)) {
          const status = await change(run.clients[ALICE]!);
          if (status !== NtStatus.STATUS_ACCESS_DENIED) fail(`${what} of ${name}: 0x${status.toString(16)}`);
        }
        if (before === undefined || (await run.bytesOf(run.opens.at(-1)!)) !== before) fail('the bytes changed');
        await run.step({ do: 'close', who: ALICE, open: 0 });
      }
    },
  },
];
