// `npm start` and `npm test` on a machine that has Node 20 or later with npm and nothing else:
// installs the workspace when it is missing or has changed, then runs the command with the Node 26
// that the workspace brings.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'node_modules', '.bin');
const env = {
  ...process.env,
  PATH: bin + delimiter + process.env.PATH,
  // The TypeScript sources are stripped of their types once, not at every start.
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(root, 'node_modules', '.cache', 'compile'),
  TSMBD_PROGRAM: 'npm start --',
  NX_DAEMON: 'false',
  NX_TUI: 'false',
  NX_NO_CLOUD: 'true',
  NX_INTERACTIVE: 'false',
};
// npm's own variables would speak to pnpm and to the tests.
for (const name of Object.keys(env)) if (/^npm_/i.test(name)) delete env[name];

const [command, ...args] = process.argv.slice(2);
install();
if (command === 'start') start();
else if (command === 'test') become(join(root, 'tools', 'test', 'src', 'main.ts'), args, root);
else fail(`unknown command ${command}`);

/** Installs when the lockfile or a manifest differs from what was installed last. */
function install() {
  const lockfile = readFileSync(join(root, 'pnpm-lock.yaml'));
  const wanted = createHash('sha256').update(lockfile).update(process.arch).digest('hex');
  const stamp = join(root, 'node_modules', '.tsmbd-installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  console.error('installing dependencies …');
  // Warnings are about the older Node that runs pnpm; what is installed runs on the one it brings.
  const words = ['--yes', '--loglevel=error', packageManager, 'install', '--frozen-lockfile', '--loglevel=error'];
  const { status, error } = spawnSync('npx', words, { cwd: root, env, stdio: ['ignore', 2, 2] });
  if (error) fail(error.message);
  if (status !== 0) fail(`installing failed (${status})`);
  writeFileSync(stamp, wanted);
}

function start() {
  // npm has changed to the root; ./shared and relative paths are meant from where it was called.
  become(join(root, 'apps', 'server', 'src', 'main.ts'), args, process.env.INIT_CWD ?? process.cwd());
}

/** Runs a program of the workspace in this one's place: signals go to it, its end is our end. */
function become(file, words, cwd) {
  const child = spawn(join(bin, 'node'), [file, ...words], { cwd, env, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(error.message));
  child.on('exit', (status, signal) => {
    process.exitCode = signal === null ? status : 1;
  });
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
