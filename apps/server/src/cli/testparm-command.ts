import { Command } from 'commander';

/** `tsmbd testparm FILE`: is the configuration right, and what does it come to? */
export function testparmCommand(): Command {
  return new Command('testparm')
    .description('check a configuration file and print what it comes to')
    .argument('<file>', 'smb.conf')
    .option('-v, --verbose', 'print settings that have their default too')
    .action(async (file: string, options: { verbose?: boolean }) => {
      const { loadConfig } = await import('../config/load.ts');
      const { describeSettings } = await import('../config/describe.ts');
      const settings = loadConfig(file);
      for (const warning of settings.warnings) console.error(`warning: ${warning}`);
      console.log(describeSettings(settings, options.verbose === true));
    });
}

/** `tsmbd parameters`: what a configuration file may say, as Markdown. */
export function parametersCommand(): Command {
  return new Command('parameters').description('print what a configuration file may say').action(async () => {
    const { configurationReference } = await import('../config/reference.ts');
    process.stdout.write(configurationReference());
  });
}
