import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'ava';
import { publishedPackages } from '../src/published.ts';
import { files, root } from '../src/tree.ts';

/**
 * Of a copy of the tree, what `changeset version` looks at: manifests, changesets, and where the
 * workspace's packages are.
 */
const NEEDED = /(^|\/)package\.json$|^\.changeset\/|^pnpm-workspace\.yaml$|^pnpm-lock\.yaml$/;

test('`changeset version` gives the next version of every package, and a changelog that can be read', (t) => {
  t.timeout(60_000);
  const copy = mkdtempSync(join(tmpdir(), 'tsmbd-release-'));
  t.teardown(() => rmSync(copy, { recursive: true, force: true }));
  for (const file of files().filter((name) => NEEDED.test(name))) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(root, file), join(copy, file));
  }
  const git = ['-c', 'user.name=release', '-c', 'user.email=release@localhost'];
  execFileSync('git', ['init', '--quiet', '--initial-branch=main'], { cwd: copy });
  execFileSync('git', ['add', '--all'], { cwd: copy });
  execFileSync('git', [...git, 'commit', '--quiet', '--message=as it is'], { cwd: copy });
  execFileSync('changeset', ['version'], { cwd: copy, stdio: 'pipe' });
  for (const { name, folder } of publishedPackages()) {
    const { version } = JSON.parse(readFileSync(join(copy, folder, 'package.json'), 'utf8')) as { version: string };
    t.regex(version, /^\d+\.\d+\.\d+$/);
    t.not(version, '0.0.0', name);
    const changelog = readFileSync(join(copy, folder, 'CHANGELOG.md'), 'utf8');
    t.true(changelog.startsWith(`# ${name}\n\n## ${version}\n\n### `), changelog.slice(0, 80));
    // Each entry is a paragraph of its own: `- abc1234: What is new.`
    t.regex(changelog, /^- [0-9a-f]{7}: \S.{20,}/m, name);
  }
});
