import {
  Command,
  CreateDisposition,
  closeRequest,
  closeResponse,
  createRequest,
  createResponse,
  EMPTY_BODY,
  echoRequest,
  echoResponse,
  type FileId,
} from '@tsmbd/smb2-codec';
import { createBody, part, sendCompound } from '@tsmbd/tool-smb-client';
import { BIG_SIZE, CROWDED, MANY, manyFile } from '../files.ts';
import { oneAfterTheOther, onTree, reads } from './cases.ts';
import type { Job } from './job.ts';
import { close, DIRECTORY_FILE, list, type Mount, open } from './operations.ts';

/** A load beside which a small reader is measured. */
export interface Neighbour {
  readonly job: Job;
  /** How many clients there are of it. */
  readonly clients: number;
}

const LARGE = 8 << 20;

/** Patterns for which a matcher that goes back tries the most, over names of many `a`. */
const PATTERNS = ['*a*a*a*b', '*a*a*a*a*a*a*b', `${'*a'.repeat(20)}*b`, `${'<a'.repeat(20)}b`, `${'*'.repeat(200)}b`];

let nextPattern = 0;

/** Requests of a compound. */
const REQUESTS = 200;

/** The neighbours of the fairness table, in its order. */
export const NEIGHBOURS: readonly Neighbour[] = [
  {
    job: reads('eight sequential readers, 8 MiB each READ', 'MiB', 1, LARGE, oneAfterTheOther(BIG_SIZE, LARGE)),
    clients: 8,
  },
  {
    job: onTree('lists 100,000 entries', 'entry', async (m, _target, done) => {
      const folder = await open(m, CROWDED, CreateDisposition.OPEN, DIRECTORY_FILE);
      await list(m, folder, done);
      await close(m, folder);
    }),
    clients: 1,
  },
  {
    job: onTree('worst-case patterns over 100,000 entries', 'pattern', async (m, _target, done) => {
      const folder = await open(m, CROWDED, CreateDisposition.OPEN, DIRECTORY_FILE);
      await list(m, folder, () => undefined, PATTERNS[nextPattern]);
      nextPattern = (nextPattern + 1) % PATTERNS.length;
      await close(m, folder);
      done(1);
    }),
    clients: 1,
  },
  {
    job: onTree('compounds of 200 requests', 'request', async (m, _target, done) => {
      await credits(m);
      const opened = await compound(m, (i) =>
        part(Command.CREATE, [createRequest, createResponse], createBody(`${MANY}\\${manyFile(i)}`), {
          treeId: m.treeId,
        }),
      );
      done(REQUESTS);
      await compound(m, (i) =>
        part(
          Command.CLOSE,
          [closeRequest, closeResponse],
          { flags: 0, fileId: (opened[i] as { fileId: FileId }).fileId },
          { treeId: m.treeId },
        ),
      );
      done(REQUESTS);
    }),
    clients: 1,
  },
];

/** Asks for credits until a compound is covered. */
async function credits(m: Mount): Promise<void> {
  for (let tries = 0; m.client.credits < 4 * REQUESTS && tries < 10; tries++) {
    await m.client.request(Command.ECHO, echoRequest, echoResponse, EMPTY_BODY);
  }
}

/** Sends one message of 200 requests. Returns their bodies; throws if one of them was refused. */
async function compound(m: Mount, make: (i: number) => Parameters<typeof sendCompound>[1][number]): Promise<unknown[]> {
  const replies = await Promise.all(
    sendCompound(
      m.client,
      Array.from({ length: REQUESTS }, (_, i) => make(i)),
    ),
  );
  return replies.map(({ header, body }) => {
    if (body === undefined) throw new Error(`a request of a compound: 0x${header.status.toString(16)}`);
    return body;
  });
}
