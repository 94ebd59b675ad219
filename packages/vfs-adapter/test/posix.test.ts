import { existsSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { createPosixVfs, type VfsPath } from '../src/index.ts';
import { type ComplianceNeed, type ComplianceSubject, vfsCompliance } from '../src/testing.ts';

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
    readOnly: () => createPosixVfs({ root, caseSensitive, readOnly: true }),
    end: () => {
      void vfs.dispose();
      rmSync(root, { recursive: true });
    },
  };
}

/** What the file system of a folder does not keep: all of it needs extended attributes. */
function lacking(directory: string): readonly ComplianceNeed[] {
  const vfs = createPosixVfs({ root: directory });
  const { extendedAttributes } = vfs.features;
  void vfs.dispose();
  return extendedAttributes ? [] : ['dosAttributes', 'extendedAttributes', 'securityDescriptors', 'streams'];
}

// Once where calls may wait for a disk, and once where none does.
const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
vfsCompliance(test, () => subject(tmpdir(), false), { title: 'posix', many: 500, lacks: lacking(tmpdir()) });
vfsCompliance(test, () => subject(memory, false), { title: 'posix in memory', many: 2_000, lacks: lacking(memory) });
vfsCompliance(test, () => subject(memory, true), {
  title: 'posix, case-sensitive',
  caseSensitive: true,
  lacks: lacking(memory),
});
