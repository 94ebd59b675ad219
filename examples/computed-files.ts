import { loadavg, uptime } from 'node:os';
import { serve } from '@tsmbd/server';
import { createMemoryVfs, type Vfs, type VfsPath } from '@tsmbd/vfs-adapter';

/** What the files have in them, when somebody asks. */
const FILES: Readonly<Record<string, () => string>> = {
  'load.txt': () =>
    `${loadavg()
      .map((load) => load.toFixed(2))
      .join(' ')}\n`,
  'uptime.txt': () => `${Math.round(uptime())} s\n`,
  'memory.json': () => `${JSON.stringify(process.memoryUsage(), undefined, 2)}\n`,
};

/**
 * A share is any object with `open`, `statFs` and `dispose`. This one leaves names, listings and
 * handles to the back end in memory, and fills a file anew each time that it is opened.
 */
async function computedVfs(files: typeof FILES): Promise<Vfs> {
  const memory = createMemoryVfs();
  const fill = async (name: string): Promise<void> => {
    const options = { disposition: 'open-or-create', kind: 'file', data: 'write' } as const;
    const { handle } = await memory.open([name], options);
    const text = new TextEncoder().encode(files[name]!());
    await handle.truncate(0n);
    await handle.write(text, 0);
    await handle.close();
  };
  for (const name of Object.keys(files)) await fill(name);
  return {
    features: { ...memory.features, readOnly: true },
    async open(path: VfsPath, options) {
      // Names come as clients say them: letter case is theirs.
      const name = Object.keys(files).find((file) => file === path[0]?.toLowerCase());
      if (path.length === 1 && name !== undefined) await fill(name);
      return memory.open(path, { ...options, disposition: 'open' });
    },
    statFs: () => memory.statFs(),
    dispose: () => memory.dispose(),
  };
}

const server = await serve({
  port: Number(process.argv[2] ?? 0),
  // Without oplocks: clients ask again each time, instead of keeping what they have read.
  shares: { machine: { vfs: await computedVfs(FILES), readOnly: true, oplocks: false } },
  users: [{ name: 'ann', password: 'Correct-horse-7' }],
});
console.log(`smbclient //127.0.0.1/machine -p ${server.port} -U 'ann%Correct-horse-7' -c 'more load.txt'`);
process.once('SIGINT', () => void server.close());
