#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { captureCommand } from './cli/capture-command.ts';
import { controlCommands } from './cli/control-commands.ts';
import { groupCommand } from './cli/group-command.ts';
import { serveCommand } from './cli/serve-command.ts';
import { parametersCommand, testparmCommand } from './cli/testparm-command.ts';
import { userCommand } from './cli/user-command.ts';
import { closestName } from './config/closest-name.ts';
import { nodeProblem } from './node-version.ts';
import { sentence } from './system-error.ts';
import { sizeThreadPool } from './thread-pool.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('tsmbd')
  .description('an SMB3 file server')
  .version(version)
  .addCommand(serveCommand(), { isDefault: true })
  .addCommand(userCommand())
  .addCommand(groupCommand())
  .addCommand(captureCommand())
  .addCommand(testparmCommand())
  .addCommand(parametersCommand());
for (const command of controlCommands()) program.addCommand(command, { hidden: command.name() === 'kill-worker' });

sizeThreadPool(process.env, availableParallelism());
try {
  const problem = nodeProblem(process.versions.node) ?? unknownCommand(process.argv[2]);
  if (problem !== undefined) throw new Error(problem);
  await program.parseAsync();
} catch (error) {
  console.error(`tsmbd: ${sentence(error)}`);
  process.exitCode = 1;
}

/** The first word is a command, or an option of serve. */
function unknownCommand(word: string | undefined): string | undefined {
  const names = [...program.commands.map((command) => command.name()), 'help'];
  if (word === undefined || word.startsWith('-') || names.includes(word)) return undefined;
  const near = closestName(word, names);
  return `unknown command ${word}${near === undefined ? `; there are ${names.join(', ')}` : `; did you mean ${near}?`}`;
}
