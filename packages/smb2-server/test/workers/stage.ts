import { encode } from '@tsmbd/ms-dtyp';
import { type FileId, FileInformationClass, fileRenameInformation, LockFlags, NtStatus } from '@tsmbd/smb2-codec';
import test, { type ExecutionContext } from 'ava';
import type { Harness } from '../harness.ts';
import { type Mount, setFileInfo, statusOf } from '../requests.ts';
import { settleWorkers, startWorkers, type WorkersSettings, type WorkersWorld } from './world.ts';

/** Two clients of different workers, who meet at a file. */
export interface Stage {
  readonly w: WorkersWorld;
  readonly alice: Harness;
  readonly bob: Harness;
  /** Makes a file or directory, unless it is there, at home at the placing's worker. */
  home(name: string, kind?: 'file' | 'directory'): Promise<void>;
  /** Gives up what `home` holds. */
  letGo(): void;
}

/** Where the clients and their files are. */
const PLACINGS = [
  { title: 'the file is at home at alice’s worker', workers: 2, home: 0 },
  { title: 'the file is at home at bob’s worker', workers: 2, home: 1 },
  { title: 'the file is at home at a third worker', workers: 3, home: 2 },
] as const;

/** Plays a test in each of the placings. Nobody may have logged an error at its end. */
export function everywhere(
  title: string,
  play: (t: ExecutionContext, stage: Stage) => Promise<void>,
  settings: () => WorkersSettings = () => ({}),
): void {
  for (const placing of PLACINGS) {
    test(`${title}: ${placing.title}`, async (t) => {
      const w = startWorkers(placing.workers, settings());
      const held: (() => void)[] = [];
      const stage: Stage = {
        w,
        alice: w.at(0),
        bob: w.at(1),
        async home(name, kind = 'file') {
          held.push(await holdAt(w, placing.home, name, kind));
        },
        letGo() {
          for (const release of held.splice(0)) release();
        },
      };
      await play(t, stage);
      t.deepEqual(w.errors, []);
    });
  }
}

/** Makes a worker the home of a file or directory until the returned function is called. */
export async function holdAt(
  { vfs, servers }: WorkersWorld,
  worker: number,
  name: string,
  kind: 'file' | 'directory',
): Promise<() => void> {
  const { handle } = await vfs.open(name === '' ? [] : name.split('\\'), {
    disposition: name === '' ? 'open' : 'open-or-create',
    kind,
    data: 'none',
  });
  const { identity } = handle;
  await handle.close();
  return servers[worker]!.workers!.hold(identity);
}

export function renameTo(m: Mount, fileId: FileId, fileName: string, replaceIfExists = false): Promise<void> {
  const information = encode(fileRenameInformation, { replaceIfExists, rootDirectory: 0n, fileName });
  return setFileInfo(m, fileId, FileInformationClass.FileRenameInformation, information);
}

export const EXCLUSIVE = LockFlags.EXCLUSIVE_LOCK | LockFlags.FAIL_IMMEDIATELY;
export const SHARED = LockFlags.SHARED_LOCK | LockFlags.FAIL_IMMEDIATELY;

/** Whether a request is answered when everything that is on its way has arrived. */
export async function isAnswered(promise: Promise<unknown>): Promise<boolean> {
  let answered = false;
  const note = (): void => {
    answered = true;
  };
  promise.then(note, note);
  await settleWorkers();
  return answered;
}

/** The status of a request that must be answered without time passing. */
export async function statusNow(promise: Promise<unknown>): Promise<number> {
  const status = statusOf(promise);
  return (await isAnswered(status)) ? status : NtStatus.STATUS_PENDING;
}
