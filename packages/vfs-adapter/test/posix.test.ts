import { existsSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { createPosixVfs, type VfsPath } from '../src/index.ts';
import { type ComplianceSubject, vfsCompliance } from '../src/testing.ts';

/** A share in a new directory. Names in these tests are the same on disk. */
function subject(directory: string, caseSensitive: boolean): ComplianceSubject {
  const root = mkdtempSync(join(directory, 'tsmbd-vfs-'));
  const at = (path: VfsPath) => join(root, ...path);
  const vfs = createPosixVfs({ root, caseSensitive });
  return {
    vfs,
    symlink: (path, target) => symlinkSync(target, at(path)),
    behind: {
      write: (path) => writeFileSync(at(path), ''),
      remove: (path) => rmSync(at(path)),
      rename: (path, to) => renameSync(at(path), at(to)),
    },
    end: () => {
      vfs.dispose();
      rmSync(root, { recursive: true });
    },
  };
}

// Once where calls may wait for a disk, and once where none does.
const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
vfsCompliance(test, () => subject(tmpdir(), false), { title: 'posix', many: 500 });
vfsCompliance(test, () => subject(memory, false), { title: 'posix in memory', many: 2_000 });
vfsCompliance(test, () => subject(memory, true), { title: 'posix, case-sensitive', caseSensitive: true });
