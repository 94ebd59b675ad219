import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PORT, recordMixed } from './record.ts';
import { resegment } from './resegment.ts';

/**
 * `node tools/smbdump/src/bench/main.ts [capture]`: times `smbdump --stats` and tshark on one
 * capture, in turn, and says how many megabytes each reads a second. Without a capture it records
 * one of mixed traffic first, some 500 MB.
 */
const execute = promisify(execFile);
const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const ROUNDS = 3;

const given = process.argv[2];
const recorded = given ?? join(tmpdir(), 'smbdump-mixed.pcap');
const small = join(tmpdir(), 'smbdump-mixed-1460.pcap');
if (given === undefined && !existsSync(recorded)) await recordMixed(recorded, 5);
if (given === undefined && !existsSync(small)) resegment(recorded, small, 1460);

/** Seconds that a program takes on one core. */
async function time(command: string, args: readonly string[]): Promise<number> {
  const started = process.hrtime.bigint();
  await execute('taskset', ['-c', '1', command, ...args], { maxBuffer: 1 << 28 });
  return Number(process.hrtime.bigint() - started) / 1e9;
}

const median = (seconds: readonly number[]): number => [...seconds].sort((a, b) => a - b)[seconds.length >> 1]!;

console.log(`medians of ${ROUNDS}, each on one core, start of the program included`);
console.log('| capture | smbdump --stats | tshark -z smb2,srt | ratio |\n| --- | ---: | ---: | ---: |');
for (const file of given === undefined ? [recorded, small] : [given]) {
  const megabytes = statSync(file).size / 1e6;
  // Through the page cache once, so that neither is timed against the disk.
  readFileSync(file);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await time(process.execPath, [MAIN, '--stats', file]));
    theirs.push(await time('tshark', ['-r', file, '-q', '-d', `tcp.port==${PORT},nbss`, '-z', 'smb2,srt']));
  }
  const [us, them] = [median(ours), median(theirs)];
  const rate = (seconds: number): string => `${(megabytes / seconds).toFixed(0)} MB/s`;
  console.log(
    `| ${basename(file)}, ${megabytes.toFixed(0)} MB | ${rate(us)} | ${rate(them)} | ${(them / us).toFixed(1)} |`,
  );
}
