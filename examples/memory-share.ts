import { createMemoryVfs, serve } from '@tsmbd/server';

// A server inside a program. What clients store is gone when it ends.
const server = await serve({
  port: Number(process.argv[2] ?? 0),
  shares: {
    scratch: {
      vfs: createMemoryVfs({ capacity: 64 << 20, files: { 'docs/welcome.txt': 'Hello.\n' } }),
      comment: 'gone when the program ends',
      // ann may write, everybody else who has a password may read.
      access: ({ name }) => (name === 'ann' ? 'write' : 'read'),
    },
  },
  users: [
    { name: 'ann', password: 'Correct-horse-7' },
    { name: 'ben', password: 'Battery-staple-8' },
  ],
});
// Who does what.
server.on('open', ({ identity, path }) => console.log(`${identity.name} opens ${path}`));
server.on('denied', ({ identity, path, reason }) => console.log(`${identity?.name} may not open ${path}: ${reason}`));
console.log(`smbclient //127.0.0.1/scratch -p ${server.port} -U 'ann%Correct-horse-7'`);
process.once('SIGINT', () => void server.close());
