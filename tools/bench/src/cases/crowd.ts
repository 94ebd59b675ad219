import { CreateDisposition } from '@tsmbd/smb2-codec';
import { BIG_FILE, BIG_SIZE } from '../files.ts';
import type { Job } from './job.ts';
import { mount, open, read } from './operations.ts';

const PAGE = 4096;

/** Logons that are under way at once while a crowd comes in. */
const LOGONS_AT_ONCE = 4;

/**
 * Many connections of one client process, each logged on. They are idle until there is a round; in
 * a round each reads 4 KiB again and again, one read at a time.
 */
export function crowd(size: number): Job {
  return {
    name: crowdName(size),
    unit: 'read',
    depth: size,
    async start({ port, mode }) {
      const mounts: Awaited<ReturnType<typeof mount>>[] = [];
      let next = 0;
      const logOn = async (): Promise<void> => {
        while (next < size) {
          next += 1;
          mounts.push(await mount(port, mode));
        }
      };
      await Promise.all(Array.from({ length: LOGONS_AT_ONCE }, logOn));
      let opens: Awaited<ReturnType<typeof open>>[] = [];
      return {
        async beforeRound() {
          if (opens.length > 0) return;
          opens = await Promise.all(mounts.map((m) => open(m, BIG_FILE, CreateDisposition.OPEN)));
        },
        async operation(done, line) {
          const place = Math.floor(Math.random() * (BIG_SIZE / PAGE)) * PAGE;
          await read(mounts[line]!, opens[line]!, place, PAGE);
          done(1);
        },
        async end() {
          for (const { client } of mounts) client.close();
          await Promise.all(mounts.map(({ client }) => client.ended()));
        },
      };
    },
  };
}

/** The name by which a client process is asked for a crowd. */
export function crowdName(size: number): string {
  return `crowd of ${size}`;
}

/** The size in a name that `crowdName` made. */
export function crowdSize(name: string): number | undefined {
  const match = /^crowd of (\d+)$/.exec(name);
  return match === null ? undefined : Number(match[1]);
}
