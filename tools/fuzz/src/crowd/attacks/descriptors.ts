import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SmbError } from '@tsmbd/tool-smb-client';
import type { Attack } from '../attack.ts';
import { gatherCredits, mounted, open, pipelined } from '../steps.ts';

/** Opens as many files as the server allows. */
export const descriptors: Attack = {
  name: 'descriptors',
  what: 'one session opens files until it is refused 1,000 times, 30,000 at most, and keeps them',
  async run(scene) {
    const tree = await mounted(scene);
    await gatherCredits(tree, 1000);
    mkdirSync(join(scene.folder, 'many'));
    let refused = 0;
    await pipelined(30_000 * scene.scale, 64, async (i) => {
      if (refused >= 1000) return;
      try {
        await open(tree, `many\\${i % 1000}`, { createDisposition: 3 });
      } catch (error) {
        if (!(error instanceof SmbError)) throw error;
        refused++;
      }
    });
    // The others must find their descriptors while these are held.
    await new Promise((resolve) => setTimeout(resolve, 2000));
  },
};
