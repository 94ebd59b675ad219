import { Command } from 'commander';
import type { BackendName } from './engine/backend.ts';
import { explore } from './explore.ts';
import { reportText } from './report-text.ts';

/**
 * `node tools/access-property/src/main.ts`: looks for a request that changes what its user may not
 * change.
 */
const program = new Command('access-property')
  .description('random files, descriptors, users and requests, held against an access check of their own')
  .option('--cases <n>', 'how many on each back end', '100000')
  .option('--seed <n>', 'the first case', '1')
  .option('--backend <memory|posix|both>', 'what is behind the shares', 'both')
  .option('--stop-after <n>', 'end with so many cases that found something')
  .parse();
const options = program.opts<{ cases: string; seed: string; backend: string; stopAfter?: string }>();
if (!['memory', 'posix', 'both'].includes(options.backend)) program.error('memory, posix or both');
const backends = options.backend === 'both' ? ['memory', 'posix'] : [options.backend];

for (const backend of backends as BackendName[]) {
  const started = performance.now();
  const report = await explore({
    backend,
    seed: Number(options.seed),
    cases: Number(options.cases),
    ...(options.stopAfter !== undefined && { stopAfter: Number(options.stopAfter) }),
  });
  const seconds = (performance.now() - started) / 1000;
  console.log(`${backend}: ${reportText(report)}`);
  console.log(`${backend}: ${seconds.toFixed(1)} s, ${Math.round(report.cases / seconds)} cases a second\n`);
  if (report.faults.length > 0) process.exitCode = 1;
}
