import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mebibytes } from '../format.ts';
import { RepositoryCopy } from './repository.ts';
import { RUN_SCRIPT } from './run-script.ts';
import { SystemFiles } from './system-files.ts';

const REPOSITORY = fileURLToPath(new URL('../../../../', import.meta.url));
const NAME = 'tsmbd-bench';
const SMBD = '/usr/sbin/smbd';
/** What smbd opens by name: how to convert from and to the charset of old clients. */
const GCONV = ['IBM850.so', 'gconv-modules', 'gconv-modules.cache', 'gconv-modules.d/gconv-modules-extra.conf'];
/** Modules of Samba's domain controller, which smbd never loads. */
const DOMAIN_CONTROLLER = ['bind9', 'ldb', 'process_model', 'service'];
/** By the end of the archive's name. xz makes a fifth less than the others, and takes long. */
const COMPRESSORS = [
  ['.tar.zst', 'zstd -q -9 -T0'],
  ['.tar.gz', 'gzip -9'],
  ['.tar.xz', 'xz -6 -T0'],
] as const;
/** Folders that are there, empty, when smbd starts. */
const EMPTY = ['dev', 'proc', 'tmp', 'out', 'root', 'run/samba', 'var/lib/samba', 'var/log/samba', 'var/cache/samba'];

/**
 * Packs this repository's server and bench, Node, and the system's smbd with all their libraries
 * into one archive. Unpacked on a machine with the same kind of processor, its `run` makes the same
 * tables, without installation and without a network. It is for one's own use and is never
 * published: it contains other people's programs.
 *
 * @param file a name that ends with `.tar.zst`, `.tar.gz` or `.tar.xz`
 */
export async function bundle(file: string): Promise<void> {
  const compressor = COMPRESSORS.find(([ending]) => file.endsWith(ending))?.[1];
  if (compressor === undefined) {
    throw new Error(`${file}: the name of a bundle ends with ${COMPRESSORS.map(([ending]) => ending).join(' or ')}`);
  }
  const work = mkdtempSync(join(tmpdir(), 'tsmbd-bundle-'));
  try {
    const top = join(work, NAME);
    const root = join(top, 'root');
    for (const folder of EMPTY) mkdirSync(join(root, folder), { recursive: true });
    chmodSync(join(root, 'tmp'), 0o1777);
    copyPrograms(root);
    const repository = new RepositoryCopy(REPOSITORY, join(root, 'tsmbd'));
    for (const folder of ['tools/bench', 'apps/server']) repository.add(folder);
    writeFileSync(join(top, 'run'), RUN_SCRIPT, { mode: 0o755 });
    execFileSync('tar', ['-C', work, `--use-compress-program=${compressor}`, '-cf', file, NAME], { stdio: 'inherit' });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  console.log(`${file}: ${mebibytes(statSync(file).size)}`);
}

function copyPrograms(root: string): void {
  const system = new SystemFiles(root);
  system.withLibraries(process.execPath, '/usr/bin/node');
  // Symbols for debuggers are a fifth of it. Where there is no strip(1), they stay.
  spawnSync('strip', [join(root, 'usr/bin/node')], { stdio: 'ignore' });
  system.withLibraries('/usr/bin/prlimit');
  for (const program of [SMBD, '/usr/bin/smbpasswd']) system.withLibraries(program);
  const { modules, data } = sambaFolders();
  system.allLibraries(modules, DOMAIN_CONTROLLER);
  // The helpers that smbd starts for its pipes.
  for (const folder of ['/usr/libexec/samba', join(modules, 'samba')]) {
    if (existsSync(folder)) for (const name of readdirSync(folder)) system.withLibraries(join(folder, name));
  }
  if (existsSync(data)) cpSync(data, join(root, data), { recursive: true, verbatimSymlinks: true });
  const gconv = join(modules, '..', 'gconv');
  for (const name of GCONV) if (existsSync(join(gconv, name))) system.copy(join(gconv, name));
  mkdirSync(join(root, 'etc'));
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nnogroup:x:65534:\n');
  writeFileSync(join(root, 'etc/nsswitch.conf'), 'passwd: files\ngroup: files\nhosts: files\n');
  writeFileSync(join(root, 'etc/hosts'), '127.0.0.1 localhost\n');
}

/** Where this smbd looks for its modules and data, as it says itself. */
function sambaFolders(): { readonly modules: string; readonly data: string } {
  const { stdout, error } = spawnSync(SMBD, ['-b'], { encoding: 'utf8' });
  if (error !== undefined) throw error;
  const said = (name: string): string => {
    const value = new RegExp(`^\\s+${name}: (/\\S+)$`, 'm').exec(stdout)?.[1];
    if (value === undefined) throw new Error(`smbd -b does not say ${name}`);
    return value;
  };
  return { modules: said('MODULESDIR'), data: said('SAMBA_DATADIR') };
}
