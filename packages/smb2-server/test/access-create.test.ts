import { AccessMask, NtStatus, ntStatusName } from '@tsmbd/smb2-codec';
import test, { type ExecutionContext } from 'ava';
import { close, create, statusOf } from './requests.ts';
import { CREATES, type Creating } from './tables/creates.ts';
import { BACK_ENDS, makeWorld, type Placing, place, READ_ONLY_SHARES, snapshot, type World } from './tables/world.ts';

const { FILE_ALL_ACCESS, FILE_ADD_FILE, FILE_ADD_SUBDIRECTORY, FILE_TRAVERSE } = AccessMask;
const PASS_AND_ADD = FILE_TRAVERSE | FILE_ADD_FILE | FILE_ADD_SUBDIRECTORY;
const READ_RIGHTS = AccessMask.FILE_GENERIC_READ | AccessMask.FILE_EXECUTE;

/** Opens or makes what the row says, and closes it. */
async function attempt(
  world: World,
  { kind, request, target }: Creating,
  placing: Placing,
): Promise<{ status: number; changed: boolean }> {
  const subject = await place(world, kind, placing);
  const before = await snapshot(world, subject);
  const status = await statusOf(
    create(world.alice, target?.(subject) ?? subject.name, request).then(({ fileId }) => close(world.alice, fileId)),
  );
  return { status, changed: before !== (await snapshot(world, subject)) };
}

function refused(t: ExecutionContext, what: string, { status, changed }: { status: number; changed: boolean }): void {
  t.is(ntStatusName(status), 'STATUS_ACCESS_DENIED', what);
  t.false(changed, `${what}: something changed`);
}

for (const backEnd of BACK_ENDS) {
  test(`${backEnd}: a CREATE without a right that it takes is refused and changes nothing [MS-FSA 2.1.5.1]`, async (t) => {
    const world = await makeWorld(backEnd);
    for (const row of CREATES) {
      for (const right of row.onFile) {
        const what = `${row.name}, ${row.kind}, without 0x${right.toString(16)} to the file`;
        refused(t, what, await attempt(world, row, { mask: FILE_ALL_ACCESS & ~right }));
      }
      for (const right of row.onFolder ?? []) {
        const what = `${row.name}, ${row.kind}, without 0x${right.toString(16)} to the folder`;
        refused(t, what, await attempt(world, row, { mask: FILE_ALL_ACCESS, folderMask: PASS_AND_ADD & ~right }));
      }
    }
    t.deepEqual(world.h.errors, []);
    await world.end();
  });

  test(`${backEnd}: a CREATE with no more rights than it takes is carried out [MS-FSA 2.1.5.1]`, async (t) => {
    const world = await makeWorld(backEnd);
    for (const row of CREATES) {
      const all = (rights: readonly number[]) => rights.reduce((mask, right) => mask | right, 0);
      const folderMask = FILE_TRAVERSE | all(row.onFolder ?? []);
      const { status, changed } = await attempt(world, row, { mask: all(row.onFile), folderMask });
      t.is(ntStatusName(status), 'STATUS_SUCCESS', `${row.name}, ${row.kind}`);
      t.is(changed, row.changes === true, `${row.name}, ${row.kind}: what changed`);
    }
    t.deepEqual(world.h.errors, []);
    await world.end();
  });

  for (const [name, share] of Object.entries(READ_ONLY_SHARES)) {
    test(`${backEnd}, ${name}: no CREATE changes anything, whatever the descriptors allow [MS-SMB2 3.3.5.7]`, async (t) => {
      const world = await makeWorld(backEnd, share);
      for (const row of CREATES) {
        const result = await attempt(world, row, { mask: FILE_ALL_ACCESS, folderMask: FILE_ALL_ACCESS });
        const harmless = row.changes !== true && row.onFile.every((right) => (right & READ_RIGHTS) !== 0);
        if (harmless) t.is(result.status, NtStatus.STATUS_SUCCESS, `${row.name}, ${row.kind}`);
        else refused(t, `${row.name}, ${row.kind}`, result);
      }
      t.deepEqual(world.h.errors, []);
      await world.end();
    });
  }
}
