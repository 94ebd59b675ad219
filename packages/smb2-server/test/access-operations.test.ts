import { AccessMask, CreateDisposition, NtStatus, ntStatusName } from '@tsmbd/smb2-codec';
import test, { type ExecutionContext } from 'ava';
import { close, create, statusOf } from './requests.ts';
import { OPERATIONS, type Operation } from './tables/operations.ts';
import {
  BACK_ENDS,
  KINDS,
  type Kind,
  makeWorld,
  place,
  READ_ONLY_SHARES,
  snapshot,
  type World,
} from './tables/world.ts';

const { FILE_ALL_ACCESS, MAXIMUM_ALLOWED, SYNCHRONIZE } = AccessMask;
const OPEN = { createDisposition: CreateDisposition.OPEN };
const READ_RIGHTS = AccessMask.FILE_READ_DATA | AccessMask.FILE_EXECUTE;
/**
 * What no descriptor here grants: a table's row that needs it is refused with every other right.
 */
const NEVER_GRANTED = AccessMask.ACCESS_SYSTEM_SECURITY;

/** Opens a new subject and runs the operation through it. */
async function attempt(
  world: World,
  operation: Operation,
  kind: Kind,
  { mask, desired }: { mask: number; desired: number },
): Promise<{ status: number; changed: boolean }> {
  const subject = await place(world, kind, { mask });
  const m = world.alice;
  const { fileId } = await create(m, subject.name, { ...OPEN, desiredAccess: desired });
  const before = await snapshot(world, subject);
  const fresh = `${subject.folder}fresh`;
  const status = await statusOf(operation.run({ m, fileId, subject, fresh }));
  const during = await snapshot(world, subject);
  // What is to be deleted goes with its last open.
  await statusOf(close(m, fileId));
  const after = await snapshot(world, subject);
  return { status, changed: before !== during || before !== after };
}

function refused(t: ExecutionContext, what: string, { status, changed }: { status: number; changed: boolean }): void {
  t.is(ntStatusName(status), 'STATUS_ACCESS_DENIED', what);
  t.false(changed, `${what}: something changed`);
}

for (const backEnd of BACK_ENDS) {
  for (const kind of KINDS) {
    const rows = OPERATIONS.filter(({ on }) => on.includes(kind));

    test(`${backEnd}, ${kind}: without the right that an operation needs it is refused and changes nothing [MS-FSA 2.1.5]`, async (t) => {
      const world = await makeWorld(backEnd);
      for (const operation of rows) {
        for (const need of operation.needs) {
          const all = FILE_ALL_ACCESS & ~need;
          const what = `${operation.name} without 0x${need.toString(16)}`;
          refused(t, what, await attempt(world, operation, kind, { mask: FILE_ALL_ACCESS, desired: all }));
          const maximum = { mask: all, desired: MAXIMUM_ALLOWED };
          refused(t, `${what}, MAXIMUM_ALLOWED`, await attempt(world, operation, kind, maximum));
        }
      }
      t.deepEqual(world.h.errors, []);
      await world.end();
    });

    test(`${backEnd}, ${kind}: with no more than the rights that an operation needs it is carried out [MS-FSA 2.1.5]`, async (t) => {
      const world = await makeWorld(backEnd);
      for (const operation of rows.filter(({ needs }) => !needs.includes(NEVER_GRANTED))) {
        for (const rights of combinations(operation.needs)) {
          const desired = rights | SYNCHRONIZE;
          const what = `${operation.name} with 0x${desired.toString(16)}`;
          const { status, changed } = await attempt(world, operation, kind, { mask: FILE_ALL_ACCESS, desired });
          const expected = [NtStatus.STATUS_SUCCESS, operation.otherwise ?? NtStatus.STATUS_SUCCESS].map(ntStatusName);
          t.true(expected.includes(ntStatusName(status)), `${what}: ${ntStatusName(status)}`);
          t.is(changed, operation.changes === true, `${what}: what changed`);
        }
      }
      t.deepEqual(world.h.errors, []);
      await world.end();
    });

    for (const [name, share] of Object.entries(READ_ONLY_SHARES)) {
      test(`${backEnd}, ${kind}, ${name}: nothing changes, whatever the descriptor allows [MS-SMB2 3.3.5.7]`, async (t) => {
        const world = await makeWorld(backEnd, share);
        for (const operation of rows.filter(({ changes }) => changes)) {
          const most = { mask: FILE_ALL_ACCESS, desired: MAXIMUM_ALLOWED };
          refused(t, operation.name, await attempt(world, operation, kind, most));
          const subject = await place(world, kind, { mask: FILE_ALL_ACCESS });
          for (const need of operation.needs) {
            const open = create(world.alice, subject.name, { ...OPEN, desiredAccess: need | SYNCHRONIZE });
            const readable = (need & ~READ_RIGHTS) === 0;
            const expected = readable ? 'STATUS_SUCCESS' : 'STATUS_ACCESS_DENIED';
            t.is(ntStatusName(await statusOf(open)), expected, `open for ${operation.name}`);
          }
        }
        t.deepEqual(world.h.errors, []);
        await world.end();
      });
    }
  }
}

/** Every choice of one bit of each mask. */
function combinations(needs: readonly number[]): number[] {
  return needs.reduce<number[]>(
    (chosen, need) => {
      const bits = Array.from({ length: 32 }, (_, bit) => (1 << bit) & need).filter((bit) => bit !== 0);
      return chosen.flatMap((rights) => bits.map((bit) => rights | bit));
    },
    [0],
  );
}
