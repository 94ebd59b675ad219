import { Command } from 'commander';
import { loadConfig } from '../config/load.ts';
import { GLOBAL_PARAMETERS, type Parameter, SHARE_PARAMETERS } from '../config/parameters.ts';

/** `tsmbd testparm FILE`: is the configuration right, and what does it come to? */
export function testparmCommand(): Command {
  return new Command('testparm')
    .description('check a configuration file and print what it comes to')
    .argument('<file>', 'smb.conf')
    .option('-v, --verbose', 'print settings that have their default too')
    .action((file: string, options: { verbose?: boolean }) => {
      const settings = loadConfig(file);
      for (const warning of settings.warnings) console.error(`warning: ${warning}`);
      const sections: [string, object, object][] = [['global', GLOBAL_PARAMETERS, settings.global]];
      for (const [name, values] of settings.shares) sections.push([name, SHARE_PARAMETERS, values]);
      for (const [name, table, values] of sections) {
        console.log(`[${name}]`);
        for (const [key, parameter] of Object.entries(table) as [string, Parameter][]) {
          const value = (values as Record<string, unknown>)[key];
          const same = JSON.stringify(value) === JSON.stringify(parameter.default);
          if (!same || options.verbose === true) console.log(`\t${parameter.name} = ${format(parameter, value)}`);
        }
      }
    });
}

/** A value as one writes it in the file. */
export function format(parameter: Parameter, value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.join(', ');
  if (parameter.type === 'octal') return (value as number).toString(8).padStart(4, '0');
  return String(value);
}
