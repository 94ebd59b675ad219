import { CreateDisposition } from '@tsmbd/smb2-codec';
import { BIG_FILE, BIG_SIZE, MANY, MANY_COUNT, manyFile, NEW, OWN_SIZE, ownFileOf } from '../files.ts';
import { FloorClient } from '../floor/client.ts';
import { READ_FILE, writeFileOf } from '../floor/protocol.ts';
import type { Job, Target } from './job.ts';
import { close, DIRECTORY_FILE, leaseOf, list, type Mount, mount, open, queryAll, read, write } from './operations.ts';

const MiB = 1 << 20;
const PAGE = 4096;

/** An open file on any of the servers. */
interface OpenFile {
  read(offset: number, length: number): Promise<void>;
  write(offset: number, data: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** Opens the file that all clients read, or the one that this client alone writes. */
export async function openFile(target: Target, use: 'read' | 'write'): Promise<OpenFile> {
  if (target.protocol === 'floor') {
    const client = await FloorClient.connect(target.port);
    const file = use === 'read' ? READ_FILE : writeFileOf(target.client);
    return {
      read: (offset, length) => client.read(file, offset, length),
      write: (offset, data) => client.write(file, offset, data),
      close: async () => client.close(),
    };
  }
  const m = await mount(target.port, target.mode);
  const file = await open(m, use === 'read' ? BIG_FILE : ownFileOf(target.client), CreateDisposition.OPEN);
  return {
    read: (offset, length) => read(m, file, offset, length),
    write: (offset, data) => write(m, file, offset, data),
    close: async () => {
      await close(m, file);
      m.client.close();
    },
  };
}

/** Reads of the file that all clients read. */
export function reads(name: string, unit: string, depth: number, length: number, next: () => number): Job {
  return {
    name,
    unit,
    depth,
    onFloor: true,
    async start(target) {
      const file = await openFile(target, 'read');
      return {
        async operation(done) {
          await file.read(next(), length);
          done(unit === 'MiB' ? length / MiB : 1);
        },
        end: () => file.close(),
      };
    },
  };
}

/** Writes to a file that belongs to the client. */
function writes(name: string, unit: string, depth: number, length: number, next: () => number): Job {
  const data = new Uint8Array(length).fill(0x5a);
  return {
    name,
    unit,
    depth,
    onFloor: true,
    async start(target) {
      const file = await openFile(target, 'write');
      return {
        async operation(done) {
          await file.write(next(), data);
          done(1);
        },
        end: () => file.close(),
      };
    },
  };
}

/** A job that needs only a tree. It sends one request after the other. */
export function onTree(
  name: string,
  unit: string,
  operation: (m: Mount, target: Target, done: (units: number) => void) => Promise<void>,
): Job {
  return {
    name,
    unit,
    depth: 1,
    async start(target) {
      const m = await mount(target.port, target.mode);
      return {
        operation: (done) => operation(m, target, done),
        end: async () => m.client.close(),
      };
    },
  };
}

/** A place for a page, anywhere in `size` bytes. */
function anywhere(size: number): () => number {
  return () => Math.floor(Math.random() * (size / PAGE)) * PAGE;
}

/** One place after the other, and from the beginning again. */
export function oneAfterTheOther(size: number, step: number): () => number {
  let at = -step;
  return () => {
    at = (at + step) % size;
    return at;
  };
}

/** A folder is left for a new one when it has this many files, so that all servers see the same. */
const FILES_IN_A_FOLDER = 500;

/** Creates, in folders that belong to the client. */
const creates: Job = {
  name: 'create, write 4 KiB, close',
  unit: 'file',
  depth: 1,
  async start(target) {
    const m = await mount(target.port, target.mode);
    const page = new Uint8Array(PAGE).fill(0xa5);
    // A start is never the first one on this server: earlier ones have left their folders.
    const own = `${NEW}\\${target.server}-${process.pid}`;
    let made = 0;
    let folder = '';
    const nextFolder = async (): Promise<void> => {
      folder = `${own}-${made / FILES_IN_A_FOLDER}`;
      await close(m, await open(m, folder, CreateDisposition.CREATE, DIRECTORY_FILE));
    };
    return {
      async operation(done) {
        if (made % FILES_IN_A_FOLDER === 0) await nextFolder();
        const file = await open(m, `${folder}\\f${made}`, CreateDisposition.CREATE);
        made += 1;
        await write(m, file, 0, page);
        await close(m, file);
        done(1);
      },
      end: async () => m.client.close(),
    };
  },
};

const anyOfMany = (): string => `${MANY}\\${manyFile(Math.floor(Math.random() * MANY_COUNT))}`;

/** Each client has files of its own here, so that no client waits for another's lease to break. */
function ownOfMany({ client, clients }: Target): number {
  return Math.floor(Math.random() * Math.floor(MANY_COUNT / clients)) * clients + client;
}

/** Every case of the table, in its order. */
export const CASES: readonly Job[] = [
  reads('sequential read, 1 MiB', 'MiB', 4, MiB, oneAfterTheOther(BIG_SIZE, MiB)),
  writes('sequential write, 1 MiB', 'MiB', 4, MiB, oneAfterTheOther(OWN_SIZE, MiB)),
  reads('random read, 4 KiB, depth 1', 'read', 1, PAGE, anywhere(BIG_SIZE)),
  reads('random read, 4 KiB, depth 16', 'read', 16, PAGE, anywhere(BIG_SIZE)),
  writes('random write, 4 KiB, depth 1', 'write', 1, PAGE, anywhere(OWN_SIZE)),
  writes('random write, 4 KiB, depth 16', 'write', 16, PAGE, anywhere(OWN_SIZE)),
  creates,
  onTree('open, close', 'open', async (m, _target, done) => {
    await close(m, await open(m, anyOfMany(), CreateDisposition.OPEN));
    done(1);
  }),
  onTree('open with a lease RWH, close', 'open', async (m, target, done) => {
    const i = ownOfMany(target);
    await close(m, await open(m, `${MANY}\\${manyFile(i)}`, CreateDisposition.OPEN, 0, leaseOf(i)));
    done(1);
  }),
  onTree('open, stat, close', 'stat', async (m, _target, done) => {
    const file = await open(m, anyOfMany(), CreateDisposition.OPEN);
    await queryAll(m, file);
    await close(m, file);
    done(1);
  }),
  onTree('list 10,000 entries', 'entry', async (m, _target, done) => {
    const folder = await open(m, MANY, CreateDisposition.OPEN, DIRECTORY_FILE);
    await list(m, folder, done);
    await close(m, folder);
  }),
  {
    name: 'session set-up',
    unit: 'session',
    depth: 1,
    start: async ({ port, mode }) => ({
      async operation(done) {
        const m = await mount(port, mode);
        m.client.close();
        await m.client.ended();
        done(1);
      },
      end: async () => undefined,
    }),
  },
];
