import test from 'ava';
import {
  type CpuProfile,
  callTree,
  costsByFunction,
  costsByPackage,
  fileOf,
  together,
  totalOf,
} from '../src/profile/cpu-profile.ts';

const frame = (functionName: string, url: string, lineNumber: number) => ({ functionName, url, lineNumber });
const SERVER = 'file:///work/tsmbd/packages/smb2-server/src/connection.ts';

/** root → idle, root → receive → (decode → gc, send), root → receive2 → decode */
const PROFILE: CpuProfile = {
  nodes: [
    { id: 1, callFrame: frame('(root)', '', -1), children: [2, 3, 7] },
    { id: 2, callFrame: frame('(idle)', '', -1) },
    { id: 3, callFrame: frame('receive', SERVER, 9), children: [4, 6] },
    { id: 4, callFrame: frame('decode', 'file:///work/tsmbd/packages/smb2-codec/src/codec.ts', 0), children: [5] },
    { id: 5, callFrame: frame('(garbage collector)', '', -1) },
    { id: 6, callFrame: frame('writeBuffer', '', -1) },
    { id: 7, callFrame: frame('receive', SERVER, 99), children: [8] },
    { id: 8, callFrame: frame('decode', 'file:///work/tsmbd/packages/smb2-codec/src/codec.ts', 0) },
  ],
  startTime: 1000,
  // At 1010, 1020, … Each stands for the 10 µs until the next.
  samples: [3, 4, 5, 2, 2, 6, 8, 3],
  timeDeltas: [10, 10, 10, 10, 10, 10, 10, 10],
};

const names = (costs: readonly { name: string; self: number }[]) => costs.map(({ name, self }) => [name, self]);

test('self time by function: equal functions are one, waiting is left out', (t) => {
  const tree = callTree('main thread', PROFILE, 0, 2000);
  t.is(totalOf(tree), 50);
  t.deepEqual(names(costsByFunction(tree)), [
    ['decode smb2-codec/src/codec.ts:1', 20],
    ['receive smb2-server/src/connection.ts:10', 10],
    ['(garbage collector)', 10],
    ['writeBuffer', 10],
  ]);
});

test('self time by package', (t) => {
  t.deepEqual(names(costsByPackage(callTree('main thread', PROFILE, 0, 2000))), [
    ['smb2-codec', 20],
    ['smb2-server', 10],
    ['(garbage collector)', 10],
    ['(native functions)', 10],
  ]);
});

test('only samples within the times count', (t) => {
  t.deepEqual(names(costsByFunction(callTree('main thread', PROFILE, 1060, 1070))), [['writeBuffer', 10]]);
});

test('threads are added up', (t) => {
  const threads = ['main thread', 'worker 1'].map((name) => callTree(name, PROFILE, 0, 2000));
  const all = together('all threads', threads);
  t.is(totalOf(all), 100);
  t.deepEqual(names(costsByFunction(all))[0], ['decode smb2-codec/src/codec.ts:1', 40]);
});

test('scripts have short names', (t) => {
  t.is(fileOf('file:///x/packages/ms-dtyp/src/reader.ts'), 'ms-dtyp/src/reader.ts');
  t.is(fileOf('file:///x/apps/server/src/main.ts'), 'apps/server/src/main.ts');
  t.is(fileOf('file:///x/node_modules/.pnpm/koffi@3/node_modules/koffi/index.js'), 'koffi/index.js');
  t.is(fileOf('node:net'), 'node:net');
});
