import { statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { snapshotFormat, snapshotsIn, type Vfs, withSnapshots } from '@tsmbd/vfs-adapter';
import type { ShareValues } from './parameters.ts';

/** Whether the share has snapshots: `vfs objects` names Samba's module for that. */
export function hasShadowCopies({ vfsObjects }: Pick<ShareValues, 'vfsObjects'>): boolean {
  return vfsObjects.some((name) => name.split(':')[0]!.toLowerCase() === 'shadow_copy2');
}

/**
 * The back end of a share with its previous versions. The snapshots are where Samba's shadow_copy2
 * looks for them with the same parameters, unless these say that they are everywhere.
 *
 * @param root the share's folder
 * @param open makes a back end of a snapshot, which cannot be changed
 */
export function withShadowCopies(vfs: Vfs, root: string, values: ShareValues, open: (root: string) => Vfs): Vfs {
  const mountpoint = values.shadowMountpoint || mountpointOf(root);
  const basedir = values.shadowBasedir || mountpoint;
  const below = values.shadowSnapsharepath || relative(basedir, root);
  // A share that is not in the folder of which the snapshots are is in none of them.
  if (below === '..' || below.startsWith('../')) return vfs;
  return withSnapshots(
    vfs,
    snapshotsIn({
      folder: isAbsolute(values.shadowSnapdir) ? values.shadowSnapdir : join(mountpoint, values.shadowSnapdir),
      format: snapshotFormat(values.shadowFormat, values.shadowLocaltime),
      below,
      newestFirst: values.shadowSort === 'desc',
      open,
    }),
  );
}

/** Where the file system of a folder is mounted. */
function mountpointOf(folder: string): string {
  const { dev } = statSync(folder);
  let at = folder;
  while (dirname(at) !== at && statSync(dirname(at)).dev === dev) at = dirname(at);
  return at;
}
