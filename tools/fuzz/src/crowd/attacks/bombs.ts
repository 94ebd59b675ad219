import { encode } from '@tsmbd/ms-dtyp';
import {
  Command,
  CompressionAlgorithmId,
  CompressionFlags,
  compressionTransform,
  NtStatus,
  writeRequest,
} from '@tsmbd/smb2-codec';
import { messageIdOf, writeBody } from '@tsmbd/tool-smb-client';
import type { Attack } from '../attack.ts';
import { gatherCredits, type Mounted, mounted, open } from '../steps.ts';

const LARGE = 8 << 20;

/** Bytes of an SMB2 header and of a WRITE before its data. */
const BEFORE_DATA = 64 + 48;

const { NONE, PATTERN_V1 } = CompressionAlgorithmId;

/**
 * Messages that are small on the wire and large after decompression. The server then refuses them,
 * because they are not signed.
 */
export const bombs: Attack = {
  name: 'bombs',
  what: 'ten connections send compressed WRITEs of 8 MiB as 150 bytes each, 60 at once, with the credits that they cost',
  async run(scene) {
    const compression = { algorithms: [PATTERN_V1, CompressionAlgorithmId.LZ77], chained: true };
    const trees: Mounted[] = [];
    for (let i = 0; i < 10; i++) trees.push(await mounted(scene, { compression }));
    await Promise.all(trees.map((tree) => gatherCredits(tree, 8000)));
    const fileId = await open(trees[0]!, 'bomb', { createDisposition: 3 });
    for (let round = 0; round < 4 * scene.scale; round++) {
      await Promise.all(trees.flatMap((tree) => Array.from({ length: 60 }, () => send(tree))));
    }

    async function send({ client, treeId }: Mounted): Promise<void> {
      const options = { treeId, charge: 128 };
      const request = client.encode(Command.WRITE, writeRequest, writeBody(fileId, 0, new Uint8Array(1)), options);
      const start = request.result().slice(-(BEFORE_DATA + 1), -1);
      // Length is the second field behind the header and what comes before it, [MS-SMB2] 2.2.21.
      new DataView(start.buffer).setUint32(64 + 4, LARGE, true);
      const pattern = Buffer.alloc(8);
      pattern.writeUInt32LE(LARGE, 4);
      const frame = encode(compressionTransform, {
        kind: 'chained',
        originalCompressedSegmentSize: BEFORE_DATA + LARGE,
        payloads: [
          { compressionAlgorithm: NONE, flags: CompressionFlags.CHAINED, data: start },
          { compressionAlgorithm: PATTERN_V1, flags: CompressionFlags.NONE, data: pattern },
        ],
      });
      const answer = client.expect(messageIdOf(start));
      // 4 bytes for the transport's length.
      client.transport.send([Buffer.concat([Buffer.alloc(4), frame])]);
      const { header } = await answer;
      if (header.status !== NtStatus.STATUS_ACCESS_DENIED)
        throw new Error(`a bomb got 0x${header.status.toString(16)}`);
    }
  },
};
