import { CommanderError } from 'commander';
import { type Options, parseOptions } from './options.ts';

/**
 * `node tools/bench/src/main.ts`: measures tsmbd and smbd in turn on one folder. README.md says
 * what can be asked for.
 */
try {
  await run(parseOptions(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Commander has said what is wrong.
  process.exitCode = error.exitCode;
}

/** Each task is loaded only when it is asked for. */
async function run(options: Options): Promise<void> {
  switch (options.task.name) {
    case 'table':
      return (await import('./tasks/compare.ts')).compare(options);
    case 'fairness':
      return (await import('./tasks/fairness.ts')).fairness(options);
    case 'profile':
      return (await import('./tasks/profile.ts')).profile(options, options.task.case);
    case 'idle':
      return (await import('./tasks/idle.ts')).idle(options, options.task.connections);
    case 'bundle':
      return (await import('./bundle/bundle.ts')).bundle(options.task.file);
  }
}
