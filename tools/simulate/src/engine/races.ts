import { Command, NtStatus, queryDirectoryRequest, queryDirectoryResponse } from '@tsmbd/smb2-codec';
import { fail } from '../violation.ts';
import type { EngineRun } from './engine-run.ts';
import * as requests from './requests.ts';
import type { CreateStep } from './steps.ts';

/** A race that some server has lost, played on ours in one fixed order. */
export interface Race {
  /** What happens, in words. */
  readonly name: string;
  /** Where others have lost it. */
  readonly known: string;
  /** The rule that it is held against. */
  readonly rule: string;
  /** Plays it; a Violation when the rule does not hold. Those of EngineRun are checked besides, to the end. */
  play(run: EngineRun): Promise<void>;
}

const ALICE = 0;
const BOB = 1;
/** Bob with the ClientGuid of alice's first machine. */
const EVE = 3;
const { STATUS_SUCCESS } = NtStatus;
const BATCH = 9;
const RWH = 7;

/** CREATE of `f`, opened or made, for everything and shared with everybody. */
function create(who: number, more: Partial<CreateStep> = {}): CreateStep {
  const what = { disposition: 3, access: 0x001f_01ff, share: 7, options: 0, oplock: 0, guid: 1 } as const;
  return { do: 'create', who, name: 'f', ...what, ...more };
}

/** The client's last answer to a command is one of these. */
function expectLast(run: EngineRun, who: number, command: number, ...statuses: readonly number[]): void {
  const last = run.clients[who]!.answers.findLast((answer) => answer.command === command);
  if (last === undefined) fail(`no answer to command ${command}`);
  else if (!statuses.includes(last.status)) fail(`command ${command} was answered 0x${last.status.toString(16)}`);
}

async function connected(run: EngineRun, ...clients: readonly number[]): Promise<void> {
  for (const who of clients) await run.step({ do: 'connect', who });
}

/** Alice has `f` open, durably, and her connection is lost. */
async function aliceIsAway(run: EngineRun, more: Partial<CreateStep> = {}): Promise<void> {
  await connected(run, ALICE);
  await run.step(create(ALICE, { oplock: BATCH, durable: 'v2', ...more }));
  await run.step({ do: 'drop', who: ALICE });
}

export const RACES: readonly Race[] = [
  {
    name: 'LOGOFF while a CREATE of the session waits for the disk',
    known: '33: CVE-2023-32250, CVE-2023-32257, CVE-2025-37899',
    rule: '[MS-SMB2] 3.3.5.6: nothing of the session is left, whatever was under way',
    async play(run) {
      await connected(run, ALICE);
      await run.step({ do: 'hold', gate: 'open' });
      await run.step(create(ALICE));
      requests.logoff(run.clients[ALICE]!);
      await run.settle();
      await run.step({ do: 'release', index: 0 });
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
      await run.step({ do: 'hold', gate: 'close' });
      requests.logoff(run.clients[ALICE]!);
      const again = smb!.logOn('alice', 'alice-password').then(
        () => fail('the session came back'),
        () => {},
      );
      await run.settle();
      await run.step({ do: 'release', index: 0 });
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
      await run.step({ do: 'hold', gate: 'close' });
      requests.leaveTree(run.clients[ALICE]!);
      requests.leaveTree(run.clients[ALICE]!);
      await run.settle();
      await run.step({ do: 'release', index: 0 });
      const statuses = run.clients[ALICE]!.answers.filter((a) => a.command === Command.TREE_DISCONNECT);
      if (statuses.filter((a) => a.status === STATUS_SUCCESS).length !== 1) fail('not once');
      run.clients[ALICE]!.treeId = 0;
    },
  },
  {
    name: 'CLOSE, then LOGOFF before the disk has closed the file',
    known: '35: CVE-2023-32258',
    rule: '[MS-SMB2] 3.3.5.10: an open ends once',
    async play(run) {
      await connected(run, ALICE);
      await run.step(create(ALICE));
      await run.step({ do: 'hold', gate: 'close' });
      await run.step({ do: 'close', who: ALICE, open: 0 });
      await run.step({ do: 'logoff', who: ALICE });
      await run.step({ do: 'release', index: 0 });
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
      const body = {
        fileInformationClass: 37,
        flags: 0,
        fileIndex: 0,
        fileId,
        outputBufferLength: 4096,
        searchPattern: '*',
      };
      run.clients[ALICE]!.send(Command.QUERY_DIRECTORY, [queryDirectoryRequest, queryDirectoryResponse], body);
      await run.step({ do: 'close', who: ALICE, open: 0 });
      expectLast(run, ALICE, Command.QUERY_DIRECTORY, STATUS_SUCCESS);
      expectLast(run, ALICE, Command.CLOSE, STATUS_SUCCESS);
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
        // A wrong password is answered late.
        run.world.clock.advance(30_000);
        await done;
        const session = run.world.server.sessions.get(smb!.sessionId);
        if (session !== undefined && session.identity?.name !== 'alice') fail('the session is not alice’s any more');
      }
      await run.step({ do: 'drop', who: ALICE });
    },
  },
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
      await connected(run, ALICE, 2);
      await run.step({ do: 'hold', gate: 'stat' });
      await run.step({ do: 'reconnect', who: ALICE, open: 0, hurry: true });
      await run.step({ do: 'reconnect', who: 2, open: 0 });
      await run.step({ do: 'release', index: 0 });
      expectLast(run, ALICE, Command.CREATE, STATUS_SUCCESS);
      expectLast(run, 2, Command.CREATE, NtStatus.STATUS_OBJECT_NAME_NOT_FOUND);
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
      await run.step({ do: 'hold', gate: 'unlink' });
      await run.step({ ...create(BOB), hurry: true });
      await run.step({ do: 'reconnect', who: ALICE, open: 0, stale: true });
      await run.step({ do: 'release', index: 0 });
      if (run.opens.filter((open) => open.by !== undefined).length > 1) fail('both have it');
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
      await run.step({ do: 'hold', gate: 'rename' });
      await run.step({ do: 'rename', who: ALICE, open: 0, to: 'g' });
      await run.step(create(BOB, { name: 'd\\..\\..\\f' }));
      expectLast(run, BOB, Command.CREATE, NtStatus.STATUS_OBJECT_PATH_SYNTAX_BAD, NtStatus.STATUS_OBJECT_NAME_INVALID);
      await run.step({ do: 'release', index: 0 });
    },
  },
  {
    name: 'SET_INFO through an open that may only read',
    known: '42: CVE-2026-64393, -64391, -68457',
    rule: '[MS-SMB2] 3.3.5.21.1: Open.GrantedAccess decides, not who the server is',
    async play(run) {
      await connected(run, ALICE);
      await run.step(create(ALICE));
      await run.step({ do: 'close', who: ALICE, open: 0 });
      await run.step(create(ALICE, { access: 0x0012_0089 }));
      for (const step of ['truncate', 'delete'] as const) {
        await run.step({ do: step, who: ALICE, open: 0 });
        expectLast(run, ALICE, Command.SET_INFO, NtStatus.STATUS_ACCESS_DENIED);
      }
    },
  },
];
