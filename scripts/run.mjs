// `npm start` and `npm test` on a machine that has Node 20 or later with npm and nothing else: installs the
// workspace when it is missing or has changed, then runs the command with the Node 26 that the workspace brings.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'node_modules', '.bin');
const env = { ...process.env, PATH: bin + delimiter + process.env.PATH, NX_DAEMON: 'false', NX_TUI: 'false' };
// npm's own variables would speak to pnpm and to the tests.
for (const name of Object.keys(env)) if (/^npm_/i.test(name)) delete env[name];

const [command, ...args] = process.argv.slice(2);
install();
if (command === 'start') start();
else if (command === 'test') test();
else fail(`unknown command ${command}`);

/** Installs when the lockfile differs from the one that was installed last. */
function install() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.tsmbd-installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  console.error('installing dependencies …');
  run('npx', ['--yes', packageManager, 'install', '--frozen-lockfile', '--reporter=append-only'], {
    stdio: ['ignore', 2, 2],
  });
  writeFileSync(stamp, wanted);
}

function start() {
  // `npm start` stays in the folder that npm was called in, so that ./shared is found where the user is.
  const main = join(root, 'apps', 'server', 'src', 'main.ts');
  const known = new Set(['serve', 'user', 'share', 'status', 'reload', 'shutdown', 'debug', 'testparm']);
  const words = known.has(args[0]) ? args : ['serve', ...args];
  process.exitCode = spawnSync(join(bin, 'node'), [main, ...words], { env, stdio: 'inherit' }).status ?? 1;
}

function test() {
  run(join(bin, 'node'), [join(root, 'tools', 'test', 'src', 'main.ts'), ...args], { stdio: 'inherit', cwd: root });
}

function run(file, words, options) {
  const { status, error } = spawnSync(file, words, { cwd: root, env, ...options });
  if (error) fail(error.message);
  if (status !== 0) process.exit(status ?? 1);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
