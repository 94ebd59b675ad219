import { randomInt } from 'node:crypto';
import { CreateDisposition } from '@tsmbd/smb2-codec';
import { type ClientOptions, SmbClient } from '@tsmbd/tool-smb-client';
import { close, leaseOf, list, type Mount, open, queryAll, read, write } from './operations.ts';
import { PASSWORD, USER } from './servers.ts';

const MiB = 1 << 20;
const BIG_FILE = 256 * MiB;
export const LISTED = 10_000;

/** What the client does with each message. */
export type Mode = 'plain' | 'signed' | 'sealed';
export const MODES: readonly Mode[] = ['plain', 'signed', 'sealed'];

/** A case: does `units` units of work as fast as possible. */
export interface Case {
  readonly name: string;
  readonly unit: string;
  /** Units of one round. */
  readonly units: number;
  run(port: number, mode: Mode): Promise<(() => Promise<void>) & { end?: () => Promise<void> }>;
}

export async function mount(port: number, mode: Mode): Promise<Mount> {
  const options: ClientOptions = { sign: mode === 'signed', seal: mode === 'sealed', verify: false };
  const client = await SmbClient.login('127.0.0.1', port, USER, PASSWORD, options);
  return { client, treeId: await client.tree('bench') };
}

/** A case on one open file, with `depth` requests at a time. */
function onFile(
  name: string,
  unit: string,
  units: number,
  depth: number,
  work: (m: Mount, file: Awaited<ReturnType<typeof open>>, i: number) => Promise<void>,
): Case {
  return {
    name,
    unit,
    units,
    async run(port, mode) {
      const m = await mount(port, mode);
      const file = await open(m, 'big');
      const round = async (): Promise<void> => {
        let next = 0;
        const worker = async (): Promise<void> => {
          while (next < units) {
            const i = next;
            next += 1;
            await work(m, file, i);
          }
        };
        await Promise.all(Array.from({ length: depth }, worker));
      };
      return Object.assign(round, {
        end: async () => {
          await close(m, file);
          m.client.close();
        },
      });
    },
  };
}

/** A case that needs only a tree. It sends one request after the other. */
function onTree(name: string, unit: string, units: number, work: (m: Mount, i: number) => Promise<void>): Case {
  return {
    name,
    unit,
    units,
    async run(port, mode) {
      const m = await mount(port, mode);
      const round = async (): Promise<void> => {
        for (let i = 0; i < units; i++) await work(m, i);
      };
      return Object.assign(round, { end: async () => m.client.close() });
    },
  };
}

const megabyte = new Uint8Array(MiB).fill(0x5a);
const page = new Uint8Array(4096).fill(0xa5);
const somewhere = (): number => randomInt(BIG_FILE / 4096) * 4096;
let created = 0;

export const CASES: readonly Case[] = [
  onFile('sequential read, 1 MiB', 'MiB', 400, 4, (m, f, i) => read(m, f, (i * MiB) % BIG_FILE, MiB)),
  onFile('sequential write, 1 MiB', 'MiB', 300, 4, (m, f, i) => write(m, f, (i * MiB) % BIG_FILE, megabyte)),
  onFile('random read, 4 KiB, depth 1', 'read', 8000, 1, (m, f) => read(m, f, somewhere(), 4096)),
  onFile('random read, 4 KiB, depth 16', 'read', 16_000, 16, (m, f) => read(m, f, somewhere(), 4096)),
  onFile('random write, 4 KiB, depth 1', 'write', 8000, 1, (m, f) => write(m, f, somewhere(), page)),
  onFile('random write, 4 KiB, depth 16', 'write', 16_000, 16, (m, f) => write(m, f, somewhere(), page)),
  onTree('create, write 4 KiB, close', 'file', 1500, async (m) => {
    created += 1;
    const f = await open(m, `new\\f${created}`, CreateDisposition.CREATE);
    await write(m, f, 0, page);
    await close(m, f);
  }),
  onTree('open, close', 'open', 4000, async (m, i) =>
    close(m, await open(m, `many\\file-${i % LISTED}`, CreateDisposition.OPEN)),
  ),
  onTree('open with a lease RWH, close', 'open', 4000, async (m, i) =>
    close(m, await open(m, `many\\file-${i % LISTED}`, CreateDisposition.OPEN, 0, leaseOf(i))),
  ),
  onTree('open, stat, close', 'stat', 3000, async (m, i) => {
    const f = await open(m, `many\\file-${i % LISTED}`, CreateDisposition.OPEN);
    await queryAll(m, f);
    await close(m, f);
  }),
  onTree('list 10,000 entries', 'entry', LISTED, async (m, i) => {
    if (i > 0) return;
    const f = await open(m, 'many', CreateDisposition.OPEN, 1);
    await list(m, f);
    await close(m, f);
  }),
  {
    name: 'session set-up',
    unit: 'session',
    units: 40,
    async run(port, mode) {
      return async () => {
        for (let i = 0; i < 40; i++) {
          const m = await mount(port, mode);
          m.client.close();
          await m.client.ended();
        }
      };
    },
  },
];
