import { Command } from '@tsmbd/smb2-codec';
import { VfsError } from '@tsmbd/vfs-adapter';
import { fail } from '../violation.ts';
import * as bodies from './bodies.ts';
import type { KnownOpen, SimClient } from './client.ts';
import { WRITE_CODECS } from './contents.ts';
import type { World } from './world.ts';

/**
 * The file that is only appended to: no other step of a schedule writes, truncates or renames it.
 */
export const LOG = 'log';
const AT_END = 0xffff_ffff_ffff_ffffn;
const LINE = 4;
const TEXT = new TextEncoder();
const LATIN1 = new TextDecoder('latin1');

/**
 * What was appended to the log and acknowledged must be in it exactly once, whatever else fails.
 * [MS-FSA] 2.1.5.4
 */
export class Appends {
  readonly #acknowledged: string[] = [];
  #sent = 0;

  /** Sends this many appends at once. */
  send(client: SimClient, open: KnownOpen, count: number): void {
    if (open.name !== LOG) return;
    for (let i = 0; i < count; i++) {
      const line = String(this.#sent++).padStart(LINE, '0');
      client.send(Command.WRITE, WRITE_CODECS, bodies.writeBody(open.fileId, AT_END, TEXT.encode(line)), {
        done: () => void this.#acknowledged.push(line),
      });
    }
  }

  async check({ disk }: World): Promise<void> {
    if (this.#acknowledged.length === 0 || disk.held > 0) return;
    const text = await logOf(disk.inner);
    const lines = new Set(Array.from({ length: text.length / LINE }, (_, i) => text.slice(i * LINE, (i + 1) * LINE)));
    const lost = this.#acknowledged.find((line) => !lines.has(line));
    if (lost !== undefined) fail(`the append ${lost} was acknowledged, and the log holds ${text}`);
  }
}

async function logOf(vfs: World['disk']['inner']): Promise<string> {
  try {
    const { handle } = await vfs.open([LOG], { disposition: 'open', kind: 'file', data: 'read' });
    const into = new Uint8Array(Number((await handle.stat()).size));
    await handle.read(into, 0);
    await handle.close();
    return LATIN1.decode(into);
  } catch (error) {
    if (error instanceof VfsError && error.code === 'not-found') return '';
    throw error;
  }
}
