import { formatSddl, parseSddl } from '@tsmbd/ms-dtyp';
import { askDaemon } from '../control/control-client.ts';
import { State } from '../state/state.ts';
import { controlSocketOf } from '../state/state-directory.ts';

/** What `tsmbd share acl` does: shows, sets or removes the security descriptor of a share. */
export async function shareAcl(share: string, text: string | undefined, directory: string): Promise<void> {
  const change = text === undefined || text === 'show' ? undefined : text;
  {
    using state = new State(directory, '');
    if (change === undefined) {
      console.log(state.shareDescriptor(share) ?? `${share} has none: its lists of users decide alone`);
      return;
    }
    const sddl = change === 'remove' ? undefined : formatSddl(parseSddl(change, state.machineSid));
    if (sddl !== undefined && !sddl.includes('D:')) throw new Error('a DACL is missing, such as D:(A;;FA;;;AU)');
    state.setShareDescriptor(share, sddl);
    console.log(sddl ?? `${share} has none now`);
  }
  try {
    await askDaemon(controlSocketOf(directory), { command: 'reload' });
    console.log('the running daemon uses it for the next that connect');
  } catch (error) {
    console.log(`it counts when the daemon starts (${(error as Error).message})`);
  }
}
