import { hasPrivilege, type Privilege } from '@tsmbd/ms-dtyp';
import { AccessMask, CreateOptions } from '@tsmbd/smb2-codec';
import type { TreeConnect } from '../model/index.ts';
import { identityIn } from './share-rights.ts';
import { tokenOf } from './token.ts';

const { READ_CONTROL, WRITE_DAC, WRITE_OWNER, DELETE, FILE_EXECUTE, SYNCHRONIZE } = AccessMask;

/** What a backup may do whatever the descriptor says, [MS-FSA] 2.1.5.1 (HasBackupAccess). */
const OF_BACKUP =
  READ_CONTROL |
  AccessMask.FILE_READ_DATA |
  AccessMask.FILE_READ_EA |
  AccessMask.FILE_READ_ATTRIBUTES |
  FILE_EXECUTE |
  SYNCHRONIZE;
/** What a restore may do, [MS-FSA] 2.1.5.1 (HasRestoreAccess). */
const OF_RESTORE =
  WRITE_DAC |
  WRITE_OWNER |
  AccessMask.FILE_WRITE_DATA |
  AccessMask.FILE_APPEND_DATA |
  AccessMask.FILE_WRITE_EA |
  AccessMask.FILE_WRITE_ATTRIBUTES |
  READ_CONTROL |
  DELETE |
  SYNCHRONIZE;

export function treeHas({ share, session }: TreeConnect, privilege: Privilege): boolean {
  return hasPrivilege(tokenOf(identityIn(share, session)), privilege);
}

/**
 * Rights that a CREATE has beside what the descriptor gives, within what the share leaves: those of
 * backup and restore operators who say that this is a backup or restore.
 */
export function rightsOfIntent(tree: TreeConnect, createOptions: number): number {
  if ((createOptions & CreateOptions.OPEN_FOR_BACKUP_INTENT) === 0) return 0;
  const backup = treeHas(tree, 'SeBackupPrivilege') ? OF_BACKUP : 0;
  const restore = treeHas(tree, 'SeRestorePrivilege') ? OF_RESTORE : 0;
  return (backup | restore) & tree.maximalAccess;
}

/**
 * Whether the user may ask for ACCESS_SYSTEM_SECURITY: has SeSecurityPrivilege, in a share where
 * something may be changed. [MS-DTYP] 2.5.3.2
 */
export function maySetAuditing(tree: TreeConnect): boolean {
  return (tree.maximalAccess & WRITE_DAC) !== 0 && treeHas(tree, 'SeSecurityPrivilege');
}
