import { Command } from 'commander';
import { defaultStateDirectory } from '../state/state-directory.ts';
import type { GroupOptions } from './group-actions.ts';

/** `tsmbd group add|remove|list|join|leave`: groups of accounts. */
export function groupCommand(): Command {
  const command = new Command('group').description('manage groups of accounts');
  const sub = (name: string, description: string): Command =>
    command.command(name).description(description).option('--state <dir>', 'state directory', defaultStateDirectory());
  const actions = () => import('./group-actions.ts');
  sub('add <name>', 'add a group')
    .option(
      '--gid <group>',
      'the group of the system that it is, by name or number (default: that of its name, if any)',
    )
    .action(async (name: string, options: GroupOptions) => (await actions()).addGroup(name, options));
  sub('remove <name>', 'remove a group').action(async (name: string, options: GroupOptions) =>
    (await actions()).removeGroup(name, options),
  );
  for (const word of ['join', 'leave'] as const) {
    const description = word === 'join' ? 'put accounts into a group' : 'take accounts out of a group';
    sub(`${word} <group> <users...>`, description).action(
      async (group: string, users: readonly string[], options: GroupOptions) =>
        (await actions()).setMembers(group, users, word === 'join', options),
    );
  }
  sub('list', 'list the groups and who is in them').action(async (options: GroupOptions) =>
    (await actions()).listGroups(options),
  );
  return command;
}
