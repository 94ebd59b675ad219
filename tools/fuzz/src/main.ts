import { Command } from 'commander';
import { fuzz } from './run.ts';

/** `node tools/fuzz/src/main.ts`: mutated frames against the daemon of this tree. */
const program = new Command('fuzz')
  .description('send mutated frames to a daemon of this tree, and see that nothing happens')
  .option('--frames <n>', 'how many', '200000')
  .option('--seed <n>', 'for the same frames again', '1')
  .option('--parallel <n>', 'connections at once', '4')
  .parse();
const options = program.opts<{ frames: string; seed: string; parallel: string }>();

const report = await fuzz({
  frames: Number(options.frames),
  seed: Number(options.seed),
  parallel: Number(options.parallel),
  onProgress: (frames, rssMiB) => console.error(`${frames} frames, ${rssMiB} MiB`),
});
console.log(JSON.stringify(report, undefined, 2));
if (report.findings.length > 0) process.exitCode = 1;
