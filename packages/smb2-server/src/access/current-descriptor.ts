import { CodecError, decode, SdControl, type SecurityDescriptor, securityDescriptor } from '@tsmbd/ms-dtyp';
import { chain, type MaybePromise, type VfsHandle, type VfsStat } from '@tsmbd/vfs-adapter';
import type { TreeConnect } from '../model/index.ts';
import { posixDescriptor } from './posix-descriptor.ts';
import { sidOfOwner, unixView } from './unix-view.ts';

type View = Pick<TreeConnect, 'share' | 'session'>;

/**
 * The stored descriptor that counts for the file. If nobody can read what is stored, the owner may
 * replace it, and nobody may do anything else.
 */
export function decodeStored(stored: Uint8Array, stat: VfsStat, tree: View): SecurityDescriptor {
  try {
    return decode(securityDescriptor, stored);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    const view = unixView(tree);
    return {
      control: SdControl.SELF_RELATIVE | SdControl.DACL_PRESENT,
      owner: sidOfOwner(view, stat.uid),
      group: view.sids.sidOfGroup(stat.gid),
      dacl: { revision: 2, aces: [] },
    };
  }
}

/** The stored bytes; undefined if there are none, or if the share keeps none. */
export function storedBytes({ share }: View, handle: VfsHandle, asOf?: VfsStat): MaybePromise<Uint8Array | undefined> {
  return share.vfs!.features.securityDescriptors ? handle.getSecurityDescriptor(asOf) : undefined;
}

/** A descriptor that was made, and of what. */
export interface Made {
  readonly made: SecurityDescriptor;
  readonly origin: 'mode' | 'acl';
}

/** The descriptor that permission bits and POSIX ACLs stand for. */
export function madeDescriptor(tree: View, handle: VfsHandle, stat: VfsStat): MaybePromise<Made> {
  return chain(handle.posixAcl?.(stat), (acl) => ({
    made: posixDescriptor(stat, acl, unixView(tree)),
    origin: acl?.access === undefined ? 'mode' : 'acl',
  }));
}

/**
 * The descriptor of a file, or of a stream's file, as stored or as made of its permission bits and
 * POSIX ACLs.
 */
export async function currentDescriptor(tree: View, handle: VfsHandle): Promise<SecurityDescriptor> {
  const file = handle.file ?? handle;
  const stat = await file.stat();
  const stored = await storedBytes(tree, file, stat);
  return stored === undefined ? (await madeDescriptor(tree, file, stat)).made : decodeStored(stored, stat, tree);
}
