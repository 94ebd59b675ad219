import { encode } from '@tsmbd/ms-dtyp';
import { type FileId, FileInformationClass, fileRenameInformation } from '@tsmbd/smb2-codec';
import type { Attack } from '../attack.ts';
import { close, gatherCredits, mounted, open, pipelined, setInfo } from '../steps.ts';

/** How many requests of a client are under way at once. */
const DEPTH = 256;

/** As many slow storage calls as a client may ask for. */
export const renames: Attack = {
  name: 'renames',
  what: 'two clients rename files, 256 requests of each on the way, 20,000 of each',
  async run(scene) {
    const play = async (who: string) => {
      const tree = await mounted(scene);
      await gatherCredits(tree, 1000);
      const fileIds = Array.from<FileId>({ length: DEPTH });
      await pipelined(DEPTH, 32, async (i) => {
        fileIds[i] = await open(tree, `${who}${i}`, { createDisposition: 3 });
      });
      await pipelined(20_000 * scene.scale, DEPTH, (i) => {
        const fileName = `${who}${i % DEPTH}-${i}`;
        const buffer = encode(fileRenameInformation, { replaceIfExists: false, rootDirectory: 0n, fileName });
        return setInfo(tree, fileIds[i % DEPTH]!, FileInformationClass.FileRenameInformation, buffer);
      });
      for (const fileId of fileIds) await close(tree, fileId);
    };
    await Promise.all(['a', 'b'].map(play));
  },
};
