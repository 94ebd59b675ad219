#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { captureCommand } from './cli/capture-command.ts';
import { controlCommands } from './cli/control-commands.ts';
import { serveCommand } from './cli/serve-command.ts';
import { parametersCommand, testparmCommand } from './cli/testparm-command.ts';
import { userCommand } from './cli/user-command.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('tsmbd')
  .description('an SMB3 file server')
  .version(version)
  .addCommand(serveCommand(), { isDefault: true })
  .addCommand(userCommand())
  .addCommand(captureCommand())
  .addCommand(testparmCommand())
  .addCommand(parametersCommand());
for (const command of controlCommands()) program.addCommand(command);

try {
  await program.parseAsync();
} catch (error) {
  console.error(`tsmbd: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
