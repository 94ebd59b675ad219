import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { decode, encode } from '@tsmbd/ms-dtyp';
import {
  Command,
  CreateOptions,
  changeNotifyRequest,
  changeNotifyResponse,
  type FileId,
  FileInformationClass,
  fileLinkInformation,
  fileNotifyInformation,
  fileRenameInformation,
  NtStatus,
} from '@tsmbd/smb2-codec';
import { createPosixVfs } from '@tsmbd/vfs-adapter';
import test, { type ExecutionContext } from 'ava';
import type { PersistentStore, Share } from '../src/index.ts';
import { isBelow, isSamePlace, isWithin, pathIn, placeKey, placeOf } from '../src/names/places.ts';
import { v2 } from './durable-client.ts';
import { alone, diskShare, type Harness, settle, startServer } from './harness.ts';
import { close, create, type Mount, mount, setFileInfo, statusOf } from './requests.ts';

const DIRECTORY = { createOptions: CreateOptions.DIRECTORY_FILE };

const renameTo = (m: Mount, fileId: FileId, fileName: string): Promise<void> =>
  setFileInfo(
    m,
    fileId,
    FileInformationClass.FileRenameInformation,
    encode(fileRenameInformation, { replaceIfExists: false, rootDirectory: 0n, fileName }),
  );

/** `data`, and `inner`, which is its folder Projects; and one client in each. */
async function nested(
  t: ExecutionContext,
  persistentStore?: PersistentStore,
): Promise<{ h: Harness; data: Mount; inner: Mount; shares: readonly [Share, Share] }> {
  const root = mkdtempSync(joinPath(tmpdir(), 'tsmbd-places-'));
  mkdirSync(joinPath(root, 'Projects'));
  const more = { kernelChangeNotify: false, continuouslyAvailable: persistentStore !== undefined };
  const share = (name: string, folder: string): Share => {
    const vfs = createPosixVfs({ root: folder });
    return diskShare(name, vfs, { ...more, place: vfs.place });
  };
  const shares = [share('data', root), share('inner', joinPath(root, 'Projects'))] as const;
  const h = startServer({}, {}, { persistentStore });
  h.server.setShares(shares);
  t.teardown(async () => {
    await h.server.shutdown('end');
    for (const { vfs } of shares) void vfs!.dispose();
    rmSync(root, { recursive: true });
    if (h.errors.length > 0) throw new Error(h.errors.join());
  });
  return {
    h,
    data: await mount(await h.logOn(), 'data'),
    inner: await mount(await h.logOn({}, 'bob'), 'inner'),
    shares,
  };
}

/** Paths of what is open in a share, in the order it was opened. */
const pathsIn = (h: Harness, share: Share): string[] =>
  [...h.server.opens.of(share)].map(({ path }) => path.join('\\'));

const share = (name: string, place?: readonly string[]): Share => ({ ...diskShare(name, undefined!), place });

test("a place is below another by the machine's names, letter for letter, and by what clients call it", (t) => {
  const data = share('data', ['srv']);
  const inner = share('inner', ['srv', 'Projects']);
  const other = share('other', ['srv', 'projects']);
  const alone = share('alone');
  t.true(isSamePlace(placeOf(data, ['PROJECTS', 'a']), placeOf(inner, ['A'])));
  t.true(isBelow(placeOf(inner, []), placeOf(data, [])));
  t.false(isBelow(placeOf(inner, []), placeOf(data, ['projects'])));
  t.true(isWithin(placeOf(inner, []), placeOf(data, ['projects'])));
  t.false(isWithin(placeOf(inner, ['a']), placeOf(other, [])));
  t.false(isWithin(placeOf(data, ['projects2']), placeOf(inner, [])));
  t.false(isWithin(placeOf(alone, ['a']), placeOf(share('all', []), [])));
  t.false(isSamePlace(placeOf(alone, ['a']), placeOf(share('b'), ['a'])));
  t.true(isSamePlace(placeOf(alone, ['a']), placeOf(share('ALONE'), ['A'])));
  t.deepEqual(pathIn(inner, placeOf(data, ['projects', 'a', 'b'])), ['a', 'b']);
  t.deepEqual(pathIn(data, placeOf(inner, ['a'])), ['Projects', 'a']);
  t.is(pathIn(inner, placeOf(data, ['a'])), undefined);
  t.is(placeKey(placeOf(data, ['projects', 'a'])), placeKey(placeOf(inner, ['A'])));
});

test('a directory is not renamed while something below it is open through another share [MS-FSA 2.1.5.15.11]', async (t) => {
  const { data, inner } = await nested(t);
  const d = await create(inner, 'd', DIRECTORY);
  const f = await create(inner, 'd\\f');
  const projects = await create(data, 'PROJECTS', DIRECTORY);
  const same = await create(data, 'projects\\D', DIRECTORY);
  t.is(await statusOf(renameTo(data, same.fileId, 'moved')), NtStatus.STATUS_ACCESS_DENIED);
  t.is(await statusOf(renameTo(data, projects.fileId, 'moved')), NtStatus.STATUS_ACCESS_DENIED);
  await close(inner, f.fileId);
  const g = await create(data, 'projects\\d\\g');
  t.is(await statusOf(renameTo(inner, d.fileId, 'e')), NtStatus.STATUS_ACCESS_DENIED);
  await close(data, g.fileId);
  await renameTo(inner, d.fileId, 'e');
});

alone('what moves is known by its new name through every share that has one for it', async (t) => {
  const { h, data, inner, shares } = await nested(t);
  const viaInner = await create(inner, 'a');
  const viaData = await create(data, 'projects\\a');
  await renameTo(data, viaData.fileId, 'projects\\b');
  t.deepEqual(pathsIn(h, shares[1]), ['b']);
  await renameTo(inner, viaInner.fileId, 'c');
  t.deepEqual(pathsIn(h, shares[0]), ['Projects\\c']);
  // Out of the inner share: there is no other name for it there.
  await renameTo(data, viaData.fileId, 'out');
  t.deepEqual(pathsIn(h, shares[0]), ['out']);
  t.deepEqual(pathsIn(h, shares[1]), ['c']);
  // And a folder.
  const d = await create(inner, 'd', DIRECTORY);
  const same = await create(data, 'Projects\\d', DIRECTORY);
  await renameTo(data, same.fileId, 'projects\\e');
  t.deepEqual(pathsIn(h, shares[1]), ['c', 'e']);
  await close(inner, d.fileId);
});

test('an open by another link of a file keeps its name when the file gets a new one', async (t) => {
  const { h, data, shares } = await nested(t);
  const a = await create(data, 'a');
  const link = { replaceIfExists: false, rootDirectory: 0n, fileName: 'link' };
  await setFileInfo(data, a.fileId, FileInformationClass.FileLinkInformation, encode(fileLinkInformation, link));
  await create(data, 'link');
  await renameTo(data, a.fileId, 'b');
  t.deepEqual(pathsIn(h, shares[0]), ['b', 'link']);
});

test('who shares no writes of a directory keeps the names in it, through whatever share [MS-SMB2 3.3.5.21.1]', async (t) => {
  const { data, inner } = await nested(t);
  const a = await create(data, 'projects\\a');
  const root = await create(inner, '', { ...DIRECTORY, desiredAccess: 0x0012_0089, shareAccess: 1 });
  t.is(await statusOf(renameTo(data, a.fileId, 'projects\\b')), NtStatus.STATUS_SHARING_VIOLATION);
  await close(inner, root.fileId);
  await renameTo(data, a.fileId, 'projects\\b');
});

test('CHANGE_NOTIFY tells what was done through another share [MS-SMB2 3.3.5.19]', async (t) => {
  const { data, inner } = await nested(t);
  const next = async (m: Mount, fileId: FileId, flags: number, change: () => Promise<unknown>): Promise<string> => {
    const body = { flags, outputBufferLength: 1000, fileId, completionFilter: 0x3 };
    const answer = m.client.request(Command.CHANGE_NOTIFY, changeNotifyRequest, changeNotifyResponse, body, {
      treeId: m.treeId,
    });
    await settle();
    await change();
    const told = decode(fileNotifyInformation, (await answer).body!.buffer);
    return told.map(({ action, fileName }) => `${action} ${fileName}`).join();
  };
  const outer = await create(data, '', DIRECTORY);
  const root = await create(inner, '', DIRECTORY);
  t.is(await next(inner, root.fileId, 0, () => create(data, 'projects\\one')), '1 one');
  t.is(await next(data, outer.fileId, 1, () => create(inner, 'two')), '1 Projects\\two');
});

test('a persistent open is found by the name that its own share has for its file', async (t) => {
  const kept = new Map<string, string>();
  const seen = new Set<string>();
  const { data, inner } = await nested(t, {
    save: (id, text) => {
      kept.set(id, text);
      const { share, path, nextPath } = JSON.parse(text) as { share: string; path: string[]; nextPath?: string[] };
      if (nextPath !== undefined) seen.add(`${share} ${path.join('/')} ${nextPath.join('/')}`);
    },
    delete: (id) => void kept.delete(id),
    all: () => [...kept].map(([id, text]) => ({ id, text })),
  });
  await create(inner, 'f', { createContexts: [v2(2)] });
  const f = await create(data, 'projects\\f');
  await renameTo(data, f.fileId, 'projects\\g');
  t.deepEqual([...seen], ['INNER f g']);
  const [record] = [...kept.values()].map((text) => JSON.parse(text) as { path: string[] });
  t.deepEqual(record!.path, ['g']);
});
