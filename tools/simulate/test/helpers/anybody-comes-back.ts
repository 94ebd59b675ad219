import type { FileCommand, LocalAuthority } from '@tsmbd/oplock-lease';
import type { WorldSettings } from '../../src/engine/world.ts';
import { MachineRun } from '../../src/machine/machine-run.ts';

/**
 * A rule broken on purpose: an open comes back to whoever asks, as if it were his. [MS-SMB2]
 * 3.3.5.9.7
 */
function forgetOwners(authority: LocalAuthority): void {
  const apply = authority.apply.bind(authority) as (key: string, command: FileCommand) => unknown;
  const anybody = (key: string, command: FileCommand): unknown => {
    const owner = command.type === 'reconnect' && authority.peek(key)?.opens.get(command.open)?.durable?.owner;
    return apply(key, owner ? ({ ...command, owner } as FileCommand) : command);
  };
  authority.apply = anybody as LocalAuthority['apply'];
}

export const engine: WorldSettings = { onStart: (server) => forgetOwners(server.authority) };

export function machine(): MachineRun {
  const run = new MachineRun();
  forgetOwners(run.authority);
  return run;
}
