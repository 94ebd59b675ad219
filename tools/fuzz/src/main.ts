import { Command } from 'commander';
import { fuzzCodec } from './codec.ts';
import { crowd } from './crowd/run.ts';
import { fuzz } from './run.ts';

/**
 * `node tools/fuzz/src/main.ts`: mutated frames against the daemon of this tree; with `--codec N`,
 * against the codec alone.
 */
const program = new Command('fuzz')
  .description('send mutated frames to a daemon of this tree, and see that nothing happens')
  .option('--frames <n>', 'how many', '200000')
  .option('--seed <n>', 'for the same frames again', '1')
  .option('--parallel <n>', 'connections at once', '4')
  .option('--codec <n>', 'dissect so many mutated messages instead, in this process')
  .option('--crowd [name]', 'play attacks of one client on all others instead, all or those whose name matches')
  .option('--scale <n>', 'how much of each attack, for --crowd', '1')
  .parse();
const options = program.opts<{
  frames: string;
  seed: string;
  parallel: string;
  codec?: string;
  crowd?: string | true;
  scale: string;
}>();

const seed = Number(options.seed);
if (options.crowd !== undefined) {
  const reports = await crowd(Number(options.scale), new RegExp(options.crowd === true ? '.' : options.crowd), 3);
  console.table(reports.map(({ findings, ...report }) => ({ ...report, findings: findings.join('; ') })));
  process.exit(reports.some(({ findings, isSlow }) => findings.length > 0 || isSlow) ? 1 : 0);
}

const report =
  options.codec === undefined
    ? await fuzz({
        frames: Number(options.frames),
        seed,
        parallel: Number(options.parallel),
        onProgress: (frames, rssMiB) => console.error(`${frames} frames, ${rssMiB} MiB`),
      })
    : fuzzCodec({ pdus: Number(options.codec), seed, onProgress: (pdus) => console.error(`${pdus} messages`) });
console.log(JSON.stringify(report, undefined, 2));
if (report.findings.length > 0) process.exitCode = 1;
