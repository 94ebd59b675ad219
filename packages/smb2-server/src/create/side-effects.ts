import { type CreateRequest, FileAttributes, NtStatus } from '@tsmbd/smb2-codec';
import type { VfsFeatures, VfsHandle, VfsPath, VfsStat } from '@tsmbd/vfs-adapter';
import { inheritedDescriptor } from '../access/index.ts';
import type { RequestedDurability } from '../durable/index.ts';
import { StatusError } from '../errors.ts';
import { keeps, type RequestedContexts, SETTABLE_ATTRIBUTES } from '../metadata/index.ts';
import type { RequestContext } from '../model/index.ts';

/** A file that a CREATE has opened or made, on its way to an Open. */
export interface Candidate {
  readonly request: CreateRequest;
  readonly ctx: RequestContext;
  readonly wanted: RequestedContexts;
  readonly durability: RequestedDurability;
  readonly path: VfsPath;
  readonly access: number;
  readonly handle: VfsHandle;
  readonly created: boolean;
  /** SmbServer.byteChanges when the file was looked up. */
  readonly byteChanges: number;
  /** SmbServer.renames when the file was looked up. */
  readonly renames: number;
  /** SmbServer.removals when the file was looked up. */
  readonly removals: number;
  /** For a stream: its file was made together with it. */
  readonly fileCreated: boolean | undefined;
}

/**
 * Does to the file what the disposition and the contexts say, now that the open has its place.
 * Returns true if the file's metadata changed.
 */
export async function applySideEffects(c: Candidate, stat: VfsStat, overwrites: boolean): Promise<boolean> {
  const { request, ctx, wanted, handle } = c;
  const kept = (what: keyof VfsFeatures): boolean => keeps(ctx.tree.share, handle, what);
  if (!c.created && !overwrites) return false;
  let changed = false;
  if (overwrites) {
    await ctx.server.fileEnds.inTurn(handle.identity, () => handle.truncate(0n));
    changed = true;
  }
  // Attributes, descriptor and extended attributes belong to the file, and stay as they are when
  // only a stream of it is made or overwritten. [MS-FSA] 2.1.1.3
  if (handle.file !== undefined && c.fileCreated !== true) return changed;
  const created = c.fileCreated ?? c.created;
  if (overwrites && kept('streams')) await removeStreams(c);
  const isFile = handle.kind === 'file';
  const asked = request.fileAttributes & SETTABLE_ATTRIBUTES;
  // A new file, or one that is made anew, gets the ARCHIVE attribute. [MS-FSA] 2.1.5.1.1
  const attributes = isFile ? asked | FileAttributes.ARCHIVE : asked;
  if (kept('dosAttributes') && attributes !== (stat.attributes & SETTABLE_ATTRIBUTES)) {
    await handle.set({ attributes });
    changed = true;
  }
  if (created && kept('securityDescriptors')) {
    const ofFile = handle.file === undefined ? stat : await handle.file.stat();
    const descriptor = await inheritedDescriptor(ctx, c.path, ofFile, wanted.securityDescriptor);
    if (descriptor !== undefined) {
      await handle.setSecurityDescriptor(descriptor.bytes, descriptor.posix);
      changed = true;
    }
  }
  if (wanted.eas !== undefined && wanted.eas.length > 0) {
    if (!kept('extendedAttributes')) throw new StatusError(NtStatus.STATUS_EAS_NOT_SUPPORTED, 'no EAs here');
    for (const ea of wanted.eas) await handle.setEa(ea.name, ea.value);
  }
  if (wanted.allocationSize !== undefined && wanted.allocationSize > 0n && isFile) {
    const { allocationSize } = wanted;
    await ctx.server.fileEnds.inTurn(handle.identity, () => handle.allocate(allocationSize));
    changed = true;
  }
  return changed;
}

/**
 * When a file is made anew, it loses its streams, as on Windows. Streams that somebody has open
 * stay.
 */
async function removeStreams({ ctx, handle }: Candidate): Promise<void> {
  for (const { name } of await handle.listStreams()) await ctx.server.streams.removeUnused(handle, name);
}
