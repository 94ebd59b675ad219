import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  Command,
  createRequest,
  createResponse,
  EMPTY_BODY,
  echoRequest,
  echoResponse,
  type FileId,
  readRequest,
  readResponse,
} from '@tsmbd/smb2-codec';
import { createBody, part, readBody, sendCompound } from '@tsmbd/tool-smb-client';
import type { Attack } from '../attack.ts';
import { close, gatherCredits, mounted, open } from '../steps.ts';

/** A read of this many bytes costs 128 credits. */
const LARGE = 8 << 20;

/** A few KiB of requests ask for half a gigabyte. */
export const reads: Attack = {
  name: 'reads',
  what: 'compounds of 60 READs of 8 MiB each',
  async run(scene) {
    writeFileSync(join(scene.folder, 'large'), Buffer.alloc(LARGE, 1));
    const tree = await mounted(scene);
    const { client, treeId } = tree;
    const fileId = await open(tree, 'large');
    await gatherCredits(tree, 6000);
    const codecs = [readRequest, readResponse] as const;
    for (let i = 0; i < 4 * scene.scale; i++) {
      const reads = Array.from({ length: 60 }, () =>
        part(Command.READ, codecs, readBody(fileId, 0, LARGE), { treeId, charge: 128 }),
      );
      await Promise.all(sendCompound(client, reads));
    }
  },
};

/** One message asks for many things. */
export const elements: Attack = {
  name: 'elements',
  what: 'compounds of 250 CREATEs and CLOSEs, and one of 6,000 ECHOs',
  async run(scene) {
    const tree = await mounted(scene);
    const { client, treeId } = tree;
    await gatherCredits(tree, 6000);
    const codecs = [createRequest, createResponse] as const;
    for (let i = 0; i < 10 * scene.scale; i++) {
      const creates = Array.from({ length: 250 }, (_, n) =>
        part(Command.CREATE, codecs, createBody(`element-${n}`, { createOptions: 0x1000 }), { treeId }),
      );
      const replies = await Promise.all(sendCompound(client, creates));
      for (const { body } of replies) {
        const made = (body as { fileId?: FileId } | undefined)?.fileId;
        if (made !== undefined) await close(tree, made);
      }
    }
    await Promise.all(
      sendCompound(
        client,
        Array.from({ length: 6000 * scene.scale }, () => part(Command.ECHO, [echoRequest, echoResponse], EMPTY_BODY)),
      ),
    );
  },
};
