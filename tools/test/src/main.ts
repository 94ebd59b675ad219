import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { missingPeers, PEERS, type PeerName, peersRequired } from './peers.ts';

/**
 * `npm test`: format and lint, types, then every package's tests. The last lines say what was left out for want of
 * a peer, and how many tests passed.
 */
const root = fileURLToPath(new URL('../../../', import.meta.url));

const missing = missingPeers(Object.keys(PEERS) as PeerName[]);
if (missing.length > 0 && peersRequired()) {
  console.error(`missing peers: ${missing.map((name) => `${name} (apt-get install ${PEERS[name]})`).join(', ')}`);
  process.exit(1);
}

const steps: [string, string[]][] = [
  ['biome', ['ci', '--colors=off', '.']],
  ['tsc', ['--noEmit', '-p', 'tsconfig.json']],
];
let failed = false;
for (const [command, args] of steps) {
  console.log(`> ${command} ${args.join(' ')}`);
  if ((await run(command, args)).status !== 0) failed = true;
}
const tests = await run('nx', [
  'run-many',
  '-t',
  'test',
  '--output-style=stream-without-prefixes',
  ...process.argv.slice(2),
]);
if (tests.status !== 0) failed = true;

const count = (word: string): number =>
  [
    ...tests.output.matchAll(
      new RegExp(`^\\s*(\\d+) (?:tests?|uncaught exceptions?|unhandled rejections?) ?${word}`, 'gm'),
    ),
  ].reduce((sum, match) => sum + Number(match[1]), 0);
if (missing.length > 0) {
  console.log('\nskipped for want of a peer:');
  for (const name of missing) console.log(`  suites that run ${name} (Debian package ${PEERS[name]})`);
}
const failures = count('failed');
console.log(
  `\n${count('passed')} passed, ${failures === 0 && failed ? 1 : failures} failed, ${count('skipped')} skipped`,
);
process.exit(failed ? 1 : 0);

/** Runs a command of the workspace, showing what it prints. */
function run(command: string, args: readonly string[]): Promise<{ status: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
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
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes
    child.on('close', (status) => resolve({ status: status ?? 1, output: output.replaceAll(/\u001b\[[0-9;]*m/g, '') }));
  });
}
