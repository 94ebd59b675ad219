import type { Mutant } from '../mutant.ts';

/** Nothing that a client was told is done is lost, and nobody's file goes but by his own deletion. */
export const LOSSLESS_MUTANTS: readonly Mutant[] = [
  {
    name: 'appends-not-in-turn',
    file: 'packages/smb2-server/src/file-ends.ts',
    find: 'before === undefined ? call() : before.then(call, call)',
    replace: 'call()',
    why: 'Appends that are sent together all say success, and each overwrites the one before it.',
    tests: ['packages/smb2-server/test/file-ends.test.ts'],
  },
  {
    name: 'close-overtakes-appends',
    file: 'packages/smb2-server/src/commands/close.ts',
    find: 'await ctx.server.fileEnds.ended(open.key);',
    replace: '',
    why: 'An append that was sent before a CLOSE finds its open closed.',
    tests: ['packages/smb2-server/test/file-ends.test.ts'],
  },
  {
    name: 'failed-append-ends-the-line',
    file: 'packages/smb2-server/src/file-ends.ts',
    find: 'before.then(call, call)',
    replace: 'before.then(call)',
    why: 'Appends behind one that fails are refused for what they have no part in.',
    tests: ['packages/smb2-server/test/file-ends.test.ts'],
  },
  {
    name: 'allocation-of-a-size-that-was',
    file: 'packages/smb2-server/src/info/set-classes.ts',
    find: 'await ctx.server.fileEnds.inTurn(open.key, () => truncate(size, open, ctx));',
    replace: 'await truncate(size, open, ctx);',
    why: 'A file that was cut while its size was looked up is lengthened with zeros by a request for less room.',
    tests: ['packages/smb2-server/test/file-ends.test.ts'],
  },
  {
    name: 'stream-writes-not-in-turn',
    file: 'packages/vfs-adapter/src/streams/open-streams.ts',
    find: 'if (this.#busy.has(file)) return this.#alone(file, async () => change());',
    replace: '',
    why: 'Writes to a stream that are sent together each put back what the stream was before the others.',
    tests: ['packages/vfs-adapter/test/open-streams.test.ts'],
  },
];
