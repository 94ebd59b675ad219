import { encode } from '@tsmbd/ms-dtyp';
import {
  Capabilities,
  type CreateContext,
  CreateContextName,
  DurableHandleFlags,
  durableHandleResponse,
  durableHandleResponseV2,
} from '@tsmbd/smb2-codec';
import { DEFAULT_TIMEOUT_MS, type Durability, type FileOpen, type RequestContext, timeoutFor } from '../model/index.ts';
import type { RequestedDurability } from './requested.ts';

/**
 * Makes a new Open durable or persistent, if it asked for that and may have it, and says so in the
 * response. [MS-SMB2] 3.3.5.9.6, 3.3.5.9.10
 */
export function grantDurability(
  ctx: RequestContext,
  open: FileOpen,
  { request, requestV2 }: RequestedDurability,
): CreateContext | undefined {
  // [MS-SMB2] 3.3.5.9.10: directories are not durable.
  if (open.handle.kind !== 'file' || !open.tree.share.durableHandles) return undefined;
  if (!request && requestV2 === undefined) return undefined;
  const wantsPersistent = ((requestV2?.flags ?? 0) & DurableHandleFlags.PERSISTENT) !== 0;
  const persistent = wantsPersistent && offersPersistence(ctx);
  const timeoutMs = requestV2 === undefined ? DEFAULT_TIMEOUT_MS : timeoutFor(requestV2.timeoutMs);
  const kind: Durability['kind'] = persistent ? 'persistent' : 'durable';
  const version = requestV2 === undefined ? 1 : 2;
  if (!makeDurable(ctx, open, kind, version, timeoutMs)) return undefined;
  // An open that is not in the store does not outlive the process: it is durable at most.
  if (persistent && !ctx.server.persistent.keepNow(open)) {
    if (!makeDurable(ctx, open, 'durable', version, timeoutMs)) {
      ctx.server.durables.notDurable(open);
      return undefined;
    }
  }
  return durableResponse(open);
}

/**
 * The context that tells the client about an Open's durability. It is also sent when the CREATE is
 * repeated.
 */
export function durableResponse({ durable }: FileOpen): CreateContext | undefined {
  if (durable === undefined || durable.kind === 'resilient') return undefined;
  if (durable.version === 1) {
    return { name: CreateContextName.DURABLE_HANDLE_REQUEST, data: encode(durableHandleResponse, {}) };
  }
  const flags = durable.kind === 'persistent' ? DurableHandleFlags.PERSISTENT : 0;
  return {
    name: CreateContextName.DURABLE_HANDLE_REQUEST_V2,
    data: encode(durableHandleResponseV2, { timeoutMs: durable.timeoutMs, flags }),
  };
}

/** Lets an Open outlive its connection; false when its caching does not allow it. */
export function makeDurable(
  ctx: RequestContext,
  open: FileOpen,
  kind: Durability['kind'],
  version: 1 | 2,
  timeoutMs: number,
): boolean {
  const { server, session } = ctx;
  // If the client authenticates another user on its session, that user does not become the owner of
  // what belonged to the first.
  const owner = open.durable?.owner ?? session.identity!.sid;
  const { clientGuid, createGuid } = open;
  const made = server.authority.apply(open.key, {
    type: 'make-durable',
    open: open.id,
    kind,
    owner,
    client: clientGuid,
    createGuid,
  });
  if (!made) return false;
  server.durables.delete(open);
  open.durable = { kind, version, timeoutMs, createGuid, clientGuid, owner, disconnected: false };
  server.durables.add(open);
  server.persistent.save(open);
  return true;
}

/**
 * Whether the share is continuously available, and the client was told that it can have persistent
 * handles.
 */
export function offersPersistence({ connection, tree, server }: RequestContext): boolean {
  return (
    tree.share.continuouslyAvailable &&
    server.persistent.isKept &&
    (connection.serverCapabilities & Capabilities.PERSISTENT_HANDLES) !== 0
  );
}
