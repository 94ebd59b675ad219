import { Command } from 'commander';

/** `tsmbd testparm FILE`: checks a configuration, and prints the settings that follow from it. */
export function testparmCommand(): Command {
  return new Command('testparm')
    .description('check a configuration file and print what it comes to')
    .argument('<file>', 'smb.conf')
    .option('-v, --verbose', 'print settings that have their default too')
    .option('--lenient', 'as serve --lenient would read it')
    .action(async (file: string, options: { verbose?: boolean; lenient?: boolean }) => {
      const { inspectConfig } = await import('../config/load.ts');
      const { describeSettings } = await import('../config/describe.ts');
      const { findingsOf } = await import('../config/findings.ts');
      const inspection = inspectConfig(file, { lenient: options.lenient === true });
      for (const line of findingsOf(inspection)) console.error(line);
      if (inspection.problems.length > 0) process.exitCode = 1;
      else console.log(describeSettings(inspection.settings, options.verbose === true));
    });
}

/** `tsmbd parameters`: what a configuration file may say, as Markdown. */
export function parametersCommand(): Command {
  return new Command('parameters').description('print what a configuration file may say').action(async () => {
    const { configurationReference } = await import('../config/reference.ts');
    process.stdout.write(configurationReference());
  });
}
