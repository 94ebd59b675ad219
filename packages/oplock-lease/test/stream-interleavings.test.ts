import { seeded } from '@tsmbd/tool-random';
import test from 'ava';
import { type CloseResult, LocalAuthority } from '../src/index.ts';
import { open as command } from './support/commands.ts';

const FILE = 'file';
const DELETE = 0x1_0000;

interface Open {
  readonly id: number;
  key: string;
  readonly share: number;
  /** It has DELETE. */
  readonly deletes: boolean;
}

/**
 * A file and its streams as [MS-FSA] 2.1.5.1.2 and 2.1.5.5 have them, in the plainest words; plays
 * one seed.
 */
function play(seed: number): void {
  const next = seeded(seed);
  const files = new LocalAuthority(() => {});
  const opens: Open[] = [];
  const pending = new Set<string>();
  const deleting = new Set<string>();
  let streams = ['file:1', 'file:2'];
  let id = 0;
  const fail = (what: string): never => {
    throw new Error(`seed ${seed}, step ${id}: ${what}`);
  };
  const of = (key: string): Open[] => opens.filter((o) => o.key === key);

  const openOne = (): void => {
    const key = [FILE, ...streams][next(3)]!;
    const [access, share] = [next(2) === 0 ? 1 | DELETE : 1, next(3) === 0 ? 3 : 7];
    const streamOf = key === FILE ? undefined : FILE;
    const { status } = files.apply(key, command(id, { access, share, streamOf }));
    const gone = pending.has(FILE) || pending.has(key) || deleting.has(FILE) || deleting.has(key);
    if (gone !== (status === 'delete-pending')) fail(`${key} is ${gone ? '' : 'not '}to be deleted: ${status}`);
    const forbidden = key === FILE && (access & DELETE) !== 0 && opens.some((o) => o.key !== FILE && o.share === 3);
    if (status === 'granted' && forbidden) fail('a stream does not share DELETE');
    const kept = key !== FILE && share === 3 && opens.some((o) => o.key === FILE && o.deletes);
    if (status === 'granted' && kept) fail('somebody may delete the file');
    if (status === 'granted') opens.push({ id, key, share, deletes: (access & DELETE) !== 0 });
  };
  const closeOne = (): void => {
    const [closed] = opens.splice(next(opens.length), 1);
    if (closed === undefined) return;
    const result: CloseResult = files.apply(closed.key, { type: 'close', open: closed.id, hold: true });
    const fileGoes = opens.length === 0 && pending.has(FILE);
    const streamGoes = closed.key !== FILE && of(closed.key).length === 0 && pending.has(closed.key);
    const said = closed.key === FILE ? result.deleteNow : result.fileLink !== undefined;
    if (said !== fileGoes) fail(`the file ${said ? 'goes' : 'stays'}`);
    if (closed.key !== FILE && result.deleteNow !== streamGoes) fail(`the stream ${streamGoes ? 'stays' : 'goes'}`);
    for (const key of [...(fileGoes ? [FILE] : []), ...(streamGoes ? [closed.key] : [])]) {
      pending.delete(key);
      deleting.add(key);
    }
    // What nobody has open has nothing pending.
    if (of(closed.key).length === 0 && closed.key !== FILE) pending.delete(closed.key);
  };
  const becomeUnnamed = (): void => {
    const stream = streams[next(2)]!;
    if (pending.has(FILE) || pending.has(stream) || of(FILE).length > 0 || of(stream).length === 0) return;
    files.move(stream, FILE);
    for (const o of of(stream)) o.key = FILE;
  };
  const nameUnnamed = (): void => {
    if (pending.has(FILE) || of(FILE).length === 0) return;
    const stream = `file:${id}`;
    files.move(FILE, stream);
    for (const o of of(FILE)) o.key = stream;
    // The model has two streams: one that nobody has open makes room, or a third is forgotten when
    // it closes.
    const free = streams.find((s) => of(s).length === 0 && !deleting.has(s));
    streams = [stream, free === undefined || free === streams[0] ? streams[1]! : streams[0]!];
  };
  const steps: Record<number, () => void> = {
    0: openOne,
    1: openOne,
    2: openOne,
    3: closeOne,
    4: closeOne,
    5: () => {
      const chosen = opens[next(opens.length)];
      if (chosen === undefined) return;
      const deletePending = next(3) !== 0;
      files.apply(chosen.key, { type: 'set-delete-pending', open: chosen.id, deletePending });
      if (deletePending) pending.add(chosen.key);
      else pending.delete(chosen.key);
    },
    6: () => {
      for (const key of deleting) files.apply(key, { type: 'deleted' });
      deleting.clear();
    },
    7: next(2) === 0 ? becomeUnnamed : nameUnnamed,
  };
  for (id = 1; id <= 40; id++) {
    steps[next(8)]!();
    const open = [...files.entries()].reduce((sum, [, state]) => sum + state.opens.size, 0);
    if (open !== opens.length) fail(`${open} opens, ${opens.length} made`);
    const shared = files.peek(FILE)?.streamOpens.size ?? 0;
    if (shared !== opens.filter((o) => o.key !== FILE).length) fail(`the file knows of ${shared} opens of streams`);
  }
  while (opens.length > 0) closeOne();
  steps[6]!();
  if ([...files.entries()].length > 0) fail('a state outlives its opens');
}

test('a file, its streams, deletions of both and names that change, in any order', (t) => {
  for (let seed = 1; seed <= 3_000; seed++) t.notThrows(() => play(seed));
});
