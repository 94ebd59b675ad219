import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPosixVfs } from '@tsmbd/vfs-adapter';
import type { Backend } from './world.ts';

/**
 * A folder of this machine. Its calls take as long as they take: some answer at once, some later.
 */
export function posixBackend(): Backend {
  const root = mkdtempSync(join(tmpdir(), 'tsmbd-simulate-'));
  return { vfs: createPosixVfs({ root }), remove: () => rmSync(root, { recursive: true, force: true }) };
}
