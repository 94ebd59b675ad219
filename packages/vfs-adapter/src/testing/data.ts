import { type ComplianceCase, FILE, make, open, refused, text } from './case.ts';

const MIB = 1 << 20;

/** Bytes that depend on their position. */
function pattern(length: number, seed = 0): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >> 8) + seed) & 0xff;
  return bytes;
}

/** Reading, writing, sizes, holes and copies. */
export const data: readonly ComplianceCase[] = [
  {
    title: 'what is written is read back, across any boundaries',
    async run(t, { vfs }) {
      const handle = await open(vfs, ['f'], FILE);
      const bytes = pattern(300_000);
      await handle.write(bytes.subarray(0, 100_001), 0);
      await handle.write(bytes.subarray(100_001), 100_001);
      for (const [offset, length] of [
        [0, 300_000],
        [65_535, 2],
        [4_095, 65_538],
        [299_999, 1],
      ] as const) {
        const into = new Uint8Array(length);
        t.is(await handle.read(into, offset), length);
        t.true(Buffer.compare(into, bytes.subarray(offset, offset + length)) === 0, `${length} at ${offset}`);
      }
      await handle.close();
    },
  },
  {
    title: 'a read ends at the end of the file',
    async run(t, { vfs }) {
      const handle = await open(vfs, ['f'], FILE);
      const into = new Uint8Array(10);
      t.is(await handle.read(into, 0), 0);
      await handle.write(pattern(7), 0);
      t.is(await handle.read(into, 0), 7);
      t.is(await handle.read(into, 5), 2);
      t.is(await handle.read(into, 7), 0);
      t.is(await handle.read(into, 1_000_000), 0);
      t.is(await handle.read(new Uint8Array(0), 0), 0);
      await handle.close();
    },
  },
  {
    title: 'a write behind the end leaves zeros between, and an empty write leaves the size',
    async run(t, { vfs }) {
      const handle = await open(vfs, ['f'], FILE);
      await handle.write(Uint8Array.of(7), 100_000);
      t.is((await handle.stat()).size, 100_001n);
      const into = new Uint8Array(100_001).fill(9);
      t.is(await handle.read(into, 0), 100_001);
      t.true(into.subarray(0, 100_000).every((byte) => byte === 0));
      t.is(into[100_000], 7);
      await handle.write(new Uint8Array(0), 200_000);
      t.is((await handle.stat()).size, 100_001n);
      await handle.close();
    },
  },
  {
    title: 'truncate cuts and extends; what was cut off reads as zeros when it comes back',
    async run(t, { vfs }) {
      const handle = await open(vfs, ['f'], FILE);
      await handle.write(new Uint8Array(10_000).fill(5), 0);
      await handle.truncate(5_001n);
      t.is((await handle.stat()).size, 5_001n);
      await handle.truncate(10_000n);
      const into = new Uint8Array(10_000);
      t.is(await handle.read(into, 0), 10_000);
      t.true(into.subarray(0, 5_001).every((byte) => byte === 5));
      t.true(into.subarray(5_001).every((byte) => byte === 0));
      await handle.truncate(0n);
      t.is((await handle.stat()).size, 0n);
      t.is((await handle.stat()).allocationSize, 0n);
      await refused(t, ['too-large', 'invalid'], () => handle.truncate(1n << 62n));
      await handle.close();
    },
  },
  {
    title: 'allocate keeps the size, and flush works with and without data',
    async run(t, { vfs }) {
      const handle = await open(vfs, ['f'], FILE);
      await handle.allocate(65_536n);
      t.is((await handle.stat()).size, 0n);
      await handle.write(pattern(10), 0);
      t.is((await handle.stat()).size, 10n);
      await handle.flush();
      await handle.close();
      const look = await open(vfs, ['f'], { ...FILE, data: 'none' });
      await look.flush();
      await look.close();
      const root = await open(vfs, [], { ...FILE, kind: 'directory', data: 'none' });
      await root.flush();
      await root.close();
    },
  },
  {
    title: 'zero clears a range without changing the size and makes it a hole',
    async run(t, { vfs }) {
      const handle = await open(vfs, ['f'], FILE);
      await handle.write(new Uint8Array(MIB).fill(5), 0);
      await handle.zero(100n, BigInt(MIB - 200));
      t.is((await handle.stat()).size, BigInt(MIB));
      const into = new Uint8Array(MIB);
      await handle.read(into, 0);
      t.true(into.subarray(0, 100).every((byte) => byte === 5));
      t.true(into.subarray(100, MIB - 100).every((byte) => byte === 0));
      t.true(into.subarray(MIB - 100).every((byte) => byte === 5));
      if (vfs.features.sparse) t.true((await handle.stat()).allocationSize < BigInt(MIB));
      await handle.zero(BigInt(MIB), 4096n);
      t.is((await handle.stat()).size, BigInt(MIB));
      await handle.close();
    },
  },
  {
    title: 'allocatedRanges tells data from holes, within what was asked',
    async run(t, { vfs }) {
      const handle = await open(vfs, ['f'], FILE);
      t.deepEqual(await handle.allocatedRanges(0n, 1n << 40n), []);
      const end = BigInt(4 * MIB);
      await handle.truncate(end);
      await handle.write(new Uint8Array(65_536).fill(1), MIB);
      await handle.write(new Uint8Array(65_536).fill(1), 3 * MIB);
      const ranges = await handle.allocatedRanges(0n, end);
      if (vfs.features.sparse) {
        t.deepEqual(ranges, [
          { offset: BigInt(MIB), length: 65_536n },
          { offset: BigInt(3 * MIB), length: 65_536n },
        ]);
        t.deepEqual(await handle.allocatedRanges(BigInt(MIB + 4096), 4096n), [
          { offset: BigInt(MIB + 4096), length: 4096n },
        ]);
        t.deepEqual(await handle.allocatedRanges(0n, BigInt(MIB)), []);
        t.deepEqual(await handle.allocatedRanges(0n, end, 1), ranges.slice(0, 1), 'no more than wanted');
      } else {
        t.deepEqual(ranges, [{ offset: 0n, length: end }]);
      }
      await handle.close();
    },
  },
  {
    title: 'copyTo copies between files, up to the end of the source',
    async run(t, { vfs }) {
      const source = await open(vfs, ['a'], FILE);
      // Without copyTo the caller reads and writes.
      if (source.copyTo === undefined) return;
      const target = await open(vfs, ['b'], FILE);
      await source.write(pattern(200_000), 0);
      t.is(await source.copyTo(target, 1_000n, 500n, 300_000n), 199_000n);
      t.is((await target.stat()).size, 199_500n);
      const into = new Uint8Array(199_000);
      await target.read(into, 500);
      t.true(Buffer.compare(into, pattern(200_000).subarray(1_000)) === 0);
      t.is(await source.copyTo(target, 300_000n, 0n, 10n), 0n);
      await source.close();
      await target.close();
    },
  },
  {
    title: 'cloneTo has whole blocks of one file in another, and each is written for itself',
    async run(t, { vfs }) {
      const source = await open(vfs, ['source'], FILE);
      const target = await open(vfs, ['target'], FILE);
      const isOffered = vfs.features.blockCloning === true;
      // What is offered is there.
      t.true(!isOffered || source.cloneTo !== undefined);
      if (!isOffered || source.cloneTo === undefined) return;
      const [bytes, other] = [pattern(3 * 65_536 + 100), pattern(4 * 65_536, 7)];
      await source.write(bytes, 0);
      await target.write(other, 0);
      await source.cloneTo(target, 65_536n, 0n, 65_536n);
      await source.write(pattern(10, 3), 65_536);
      const into = new Uint8Array(other.length);
      t.is(await target.read(into, 0), other.length);
      t.deepEqual(into.subarray(0, 65_536), bytes.subarray(65_536, 131_072));
      t.deepEqual(into.subarray(65_536), other.subarray(65_536));
      await refused(t, 'invalid', () => source.cloneTo!(target, 1n, 0n, 65_536n));
      await refused(t, 'invalid', () => source.cloneTo!(target, 0n, 100n, 65_536n));
      await source.close();
      await target.close();
    },
  },
  {
    title: 'copyTo within one file copes with ranges that overlap, in both directions',
    async run(t, { vfs }) {
      for (const [from, to] of [
        [0, 10_000],
        [10_000, 0],
      ] as const) {
        const handle = await open(vfs, [`f${from}`], FILE);
        if (handle.copyTo === undefined) return;
        const bytes = pattern(120_000);
        await handle.write(bytes, 0);
        t.is(await handle.copyTo(handle, BigInt(from), BigInt(to), 100_000n), 100_000n);
        const into = new Uint8Array(100_000);
        await handle.read(into, to);
        t.true(Buffer.compare(into, bytes.subarray(from, from + 100_000)) === 0, `${from} to ${to}`);
        await handle.close();
      }
    },
  },
  {
    title: 'two handles of one file see each other’s writes at once',
    async run(t, { vfs }) {
      await make(vfs, ['f'], 'old');
      const writer = await open(vfs, ['f'], FILE);
      const reader = await open(vfs, ['f'], { disposition: 'open', kind: 'file', data: 'read' });
      await writer.write(new TextEncoder().encode('newer'), 0);
      t.is(await text(reader), 'newer');
      await writer.close();
      await reader.close();
    },
  },
  {
    title: 'close while operations are under way waits for them',
    async run(t, { vfs }) {
      const handle = await open(vfs, ['f'], FILE);
      const work = [handle.write(pattern(9 * MIB), 0), handle.flush(), handle.zero(0n, 100n)];
      await handle.close();
      await Promise.all(work);
      const again = await open(vfs, ['f'], FILE);
      t.is((await again.stat()).size, BigInt(9 * MIB));
      await again.close();
    },
  },
];
