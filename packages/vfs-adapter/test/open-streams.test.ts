import test from 'ava';
import { createMemoryVfs, OpenStreams, type StreamHandle, type Vfs, VfsError, type VfsHandle } from '../src/index.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (s: string): Uint8Array => new TextEncoder().encode(s);
const anything = (): void => {};

async function file(vfs: Vfs): Promise<VfsHandle> {
  return (await vfs.open(['f'], { disposition: 'open-or-create', kind: 'file', data: 'read-write' })).handle;
}

async function stream(streams: OpenStreams, vfs: Vfs, name: string): Promise<StreamHandle> {
  return (await streams.open(await file(vfs), name, 'open-or-create')).handle as StreamHandle;
}

async function content(handle: VfsHandle): Promise<string> {
  const into = new Uint8Array(20);
  return text(into.subarray(0, await handle.read(into, 0)));
}

/** A back end that takes its time for all calls, or for some. */
function slow(vfs: Vfs, calls?: readonly string[]): Vfs {
  const late = (handle: VfsHandle): VfsHandle =>
    new Proxy(handle, {
      get(target, name) {
        const value = Reflect.get(target, name, target) as unknown;
        if (typeof value !== 'function') return value;
        if (name === 'close' || calls?.includes(String(name)) === false) return value.bind(target);
        return async (...args: unknown[]) => {
          await new Promise((resolve) => setImmediate(resolve));
          return (value as (...a: unknown[]) => unknown).apply(target, args);
        };
      },
    });
  return {
    ...vfs,
    features: vfs.features,
    open: async (path, options) => {
      const opened = await vfs.open(path, options);
      return { ...opened, handle: late(opened.handle) };
    },
  };
}

test('a stream is one in any spelling, keeps its identity through a rename, and is another after the last close', async (t) => {
  const vfs = createMemoryVfs();
  const streams = new OpenStreams();
  const a = await stream(streams, vfs, 'One');
  const b = await stream(streams, vfs, 'ONE');
  t.is(a.identity, b.identity);
  t.not(a.identity, a.file!.identity);
  const { identity } = a;
  await a.write(bytes('abc'), 0);
  await streams.rename(a, 'Two', anything);
  t.is(b.identity, identity);
  t.is(b.streamName, 'Two');
  t.deepEqual(await b.path(), ['f:Two']);
  t.is(await content(b), 'abc');
  const one = await stream(streams, vfs, 'one');
  t.not(one.identity, identity, 'the old name is free');
  t.deepEqual((await one.listStreams()).map(({ name, size }) => `${name} ${size}`).sort(), ['Two 3', 'one 0']);
  for (const handle of [a, b]) await handle.close();
  t.not((await stream(streams, vfs, 'two')).identity, identity);
});

test('a stream that exists is not made again, and one that is missing is not opened', async (t) => {
  const vfs = createMemoryVfs();
  const streams = new OpenStreams();
  const made = (await streams.open(await file(vfs), 'One', 'create')).handle;
  await made.write(bytes('abc'), 0);
  const code = async (name: string, disposition: 'open' | 'create'): Promise<string | undefined> =>
    (await t.throwsAsync(streams.open(await file(vfs), name, disposition), { instanceOf: VfsError }))?.code;
  t.is(await code('ONE', 'create'), 'exists');
  t.is(await code('Two', 'open'), 'not-found');
  t.is(await content(made), 'abc');
  t.deepEqual(await made.listStreams(), [{ name: 'One', size: 3 }]);
});

test('a far offset in a stream takes no memory: it is refused', async (t) => {
  const handle = await stream(new OpenStreams(), createMemoryVfs(), 's');
  for (const run of [() => handle.write(bytes('x'), 1 << 20), () => handle.truncate((1n << 20n) + 1n)]) {
    t.is((await t.throwsAsync(async () => run(), { instanceOf: VfsError }))?.code, 'too-large');
  }
  t.is((await handle.stat()).size, 0n);
});

test('what stands in the way of a rename is shown, open or not, and nothing changes when it is refused', async (t) => {
  const vfs = createMemoryVfs();
  const streams = new OpenStreams();
  const a = await stream(streams, vfs, 'a');
  const b = await stream(streams, vfs, 'b');
  await b.write(bytes('xy'), 0);
  const refuse = (target: unknown): never => {
    t.deepEqual(target, { size: 2, isOpen: true });
    throw new Error('refused');
  };
  await t.throwsAsync(streams.rename(a, 'B', refuse), { message: 'refused' });
  await b.close();
  await streams.rename(a, 'B', (target) => t.deepEqual(target, { size: 2, isOpen: false }));
  t.is(await content(await stream(streams, vfs, 'b')), '');
  t.deepEqual(
    (await a.listStreams()).map(({ name }) => name),
    ['b'],
  );
});

test('a stream that was removed is another one when it is made again', async (t) => {
  const vfs = createMemoryVfs();
  const streams = new OpenStreams();
  const a = await stream(streams, vfs, 'a');
  await a.unlink();
  t.not((await stream(streams, vfs, 'a')).identity, a.identity);
  await streams.removeUnused(a.base, 'a');
  t.is((await a.listStreams()).length, 1, 'one that is open stays');
});

test('a named stream becomes the unnamed one: its handles are of the file then', async (t) => {
  const vfs = createMemoryVfs();
  const streams = new OpenStreams();
  const a = await stream(streams, vfs, 'a');
  const b = await stream(streams, vfs, 'a');
  await a.write(bytes('abc'), 0);
  const data = await file(vfs);
  let identity = '';
  await streams.becomeUnnamed(a, data, anything, () => {
    ({ identity } = a);
  });
  t.is(identity, data.identity);
  t.is(b.identity, data.identity);
  t.is(b.file, undefined);
  t.is(b.streamName, undefined);
  await b.write(bytes('d'), 3);
  t.is(await content(await file(vfs)), 'abcd');
  t.is((await b.stat()).size, 4n);
  t.deepEqual(await a.listStreams(), []);
  t.not((await stream(streams, vfs, 'a')).identity, data.identity);
  await a.close();
  await b.close();
  await t.throwsAsync(async () => data.stat(), undefined, "the file is closed with the stream's last handle");
});

test('the bytes of a file become a named stream, and the file is empty', async (t) => {
  const vfs = createMemoryVfs();
  const streams = new OpenStreams();
  const data = await file(vfs);
  const open = await file(vfs);
  await data.write(bytes('abc'), 0);
  await t.throwsAsync(streams.nameUnnamed(data, 'a', 2, anything, anything), { code: 'too-large' });
  let named: VfsHandle | undefined;
  await streams.nameUnnamed(data, 'a', 3, anything, (streamOf) => {
    named = streamOf(open);
  });
  t.is(await content(named!), 'abc');
  t.is((await data.stat()).size, 0n);
  t.is((await stream(streams, vfs, 'A')).identity, named!.identity);
});

test('what must not be named after all stays as it is', async (t) => {
  const vfs = createMemoryVfs();
  const streams = new OpenStreams();
  const data = await file(vfs);
  await data.write(bytes('abc'), 0);
  let looks = 0;
  const second = (): void => {
    looks += 1;
    if (looks === 2) throw new Error('not now');
  };
  await t.throwsAsync(streams.nameUnnamed(data, 'a', 9, second, anything), { message: 'not now' });
  t.deepEqual(await data.listStreams(), []);
  t.is(await content(data), 'abc');
});

test('writes and a rename at once lose nothing where the back end takes its time', async (t) => {
  const vfs = slow(createMemoryVfs());
  const streams = new OpenStreams();
  const a = await stream(streams, vfs, 'a');
  const b = await stream(streams, vfs, 'a');
  await Promise.all([
    a.write(bytes('1'), 0),
    b.write(bytes('2'), 1),
    streams.rename(a, 'b', anything),
    b.write(bytes('3'), 2),
  ]);
  t.is(await content(b), '123');
  t.deepEqual(
    (await b.listStreams()).map(({ name }) => name),
    ['b'],
  );
});

test('writes at once lose nothing where the back end reads at once and writes in its time', async (t) => {
  const vfs = slow(createMemoryVfs(), ['setStream']);
  const streams = new OpenStreams();
  const a = await stream(streams, vfs, 'a');
  await Promise.all([a.write(bytes('1'), 0), a.write(bytes('2'), 1), a.truncate(3n), a.write(bytes('4'), 3)]);
  t.is(await content(a), '12\x004');
});

test('a handle that is closed while its stream becomes the unnamed one leaves nothing open', async (t) => {
  const vfs = slow(createMemoryVfs());
  const streams = new OpenStreams();
  const a = await stream(streams, vfs, 'a');
  await a.write(bytes('abc'), 0);
  const data = await file(vfs);
  await Promise.all([streams.becomeUnnamed(a, data, anything, anything), a.close()]);
  await t.throwsAsync(async () => data.stat());
  t.is(await content(await file(vfs)), 'abc');
});
