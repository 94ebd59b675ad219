import { spawn } from 'node:child_process';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { countTests } from './counts.ts';
import { failuresIn } from './failures.ts';
import { missingPeers, PEERS, type PeerName, peersRequired } from './peers.ts';

/**
 * `npm test`: format and lint, types, then every package's tests. The last lines say what failed,
 * which tests were left out because a peer is missing, and how many tests passed. Arguments go to
 * nx: `npm test -- --projects=@tsmbd/server --skip-nx-cache`.
 */
const root = fileURLToPath(new URL('../../../', import.meta.url));

const peers = Object.keys(PEERS) as PeerName[];
const missing = missingPeers(peers);
if (missing.length > 0 && peersRequired()) {
  console.error(`missing peers: ${missing.map((name) => `${name} (apt-get install ${PEERS[name]})`).join(', ')}`);
  process.exit(1);
}
// A cached result is valid only for the peers with which it was made.
const env = {
  ...process.env,
  TSMBD_PEERS: peers.filter((name) => !missing.includes(name)).join(','),
  // nx removes folders below <root>/node_modules from the PATH of what it runs, but pnpm and node
  // are there. So they are spelled in this way.
  PATH: `${root}./node_modules/.bin${delimiter}${process.env['PATH']}`,
};

const checks: [string, string[]][] = [
  ['biome', ['ci', '--colors=off', '.']],
  ['tsc', ['--noEmit', '-p', 'tsconfig.json']],
];
const failures: string[] = [];
for (const [command, args] of checks) {
  if ((await run(command, args)).status !== 0) failures.push(command);
}
const tests = await run('nx', [
  'run-many',
  '--target=test',
  '--output-style=stream-without-prefixes',
  ...process.argv.slice(2),
]);
const counts = countTests(tests.output);
// A suite that failed before it could count its tests is a failure too.
if (tests.status !== 0 && counts.failed === 0) failures.push('nx');

const said = failuresIn(tests.output);
if (said.length > 0) console.log(`\nfailures:\n${said.join('\n')}`);
if (missing.length > 0) {
  console.log('\nskipped for want of a peer:');
  for (const name of missing) console.log(`  suites that run ${name} (Debian package ${PEERS[name]})`);
}
if (failures.length > 0) console.log(`\nfailed beside the tests: ${failures.join(', ')}`);
const failed = counts.failed + failures.length;
console.log(`\n${counts.passed} passed, ${failed} failed, ${counts.skipped} skipped`);
process.exit(failed > 0 || tests.status !== 0 ? 1 : 0);

/** Runs a command of the workspace and shows its output. */
function run(command: string, args: readonly string[]): Promise<{ status: number; output: string }> {
  console.log(`\n> ${command} ${args.join(' ')}`);
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => {
        output += text;
        process.stdout.write(text);
      });
    }
    child.on('error', (error) => {
      console.error(error.message);
      resolve({ status: 1, output });
    });
    child.on('close', (status) => resolve({ status: status ?? 1, output: stripVTControlCharacters(output) }));
  });
}
