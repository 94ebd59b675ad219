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
  /** SmbServer.renames then. */
  readonly renames: number;
  /** SmbServer.removals then. */
  readonly removals: number;
  /** Of a stream: its file was made for it. */
  readonly fileCreated: boolean | undefined;
}

/**
 * What the disposition and contexts do to the file, now that it is this open's. True when its
 * metadata changed.
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
  // Attributes, descriptor and extended attributes are the file's, whatever becomes of a stream of
  // it. [MS-FSA] 2.1.1.3
  if (handle.file !== undefined && c.fileCreated !== true) return changed;
  const created = c.fileCreated ?? c.created;
  if (overwrites && kept('streams')) await removeStreams(c);
  const isFile = handle.kind === 'file';
  const asked = request.fileAttributes & SETTABLE_ATTRIBUTES;
  // A file that is new, or made anew, is to be archived. [MS-FSA] 2.1.5.1.1
  const attributes = isFile ? asked | FileAttributes.ARCHIVE : asked;
  if (kept('dosAttributes') && attributes !== (stat.attributes & SETTABLE_ATTRIBUTES)) {
    await handle.set({ attributes });
    changed = true;
  }
  if (created && kept('securityDescriptors')) {
    const descriptor = await inheritedDescriptor(ctx, c.path, isFile, wanted.securityDescriptor);
    if (descriptor !== undefined) {
      await handle.setSecurityDescriptor(descriptor);
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
 * Who makes a file anew makes it without the streams that it had, as Windows does; but for those
 * that somebody has open.
 */
async function removeStreams({ ctx, handle }: Candidate): Promise<void> {
  for (const { name } of await handle.listStreams()) await ctx.server.streams.removeUnused(handle, name);
}
