import type { Codec, Reader } from '@tsmbd/ms-dtyp';
import { textAt } from '../buffers.ts';
import { HEADER_SIZE } from '../header.ts';

/** SMB2_TREE_CONNECT_FLAG_*, [MS-SMB2] 2.2.9 (SMB 3.1.1). */
export const TreeConnectFlags = {
  CLUSTER_RECONNECT: 0x0001,
  REDIRECT_TO_OWNER: 0x0002,
  /** The request has tree connect contexts. */
  EXTENSION_PRESENT: 0x0004,
} as const;

/** Types of tree connect contexts, [MS-SMB2] 2.2.9.2. */
export const TreeConnectContextType = { REMOTED_IDENTITY: 0x0001 } as const;

/** SMB2_SHARE_TYPE_*, [MS-SMB2] 2.2.10. */
export const ShareType = { DISK: 0x01, PIPE: 0x02, PRINT: 0x03 } as const;

/** SMB2_SHAREFLAG_*, [MS-SMB2] 2.2.10. */
export const ShareFlags = {
  /** Two bits: CACHING_*. */
  CACHING_MASK: 0x0000_0030,
  MANUAL_CACHING: 0x0000_0000,
  AUTO_CACHING: 0x0000_0010,
  VDO_CACHING: 0x0000_0020,
  NO_CACHING: 0x0000_0030,
  DFS: 0x0000_0001,
  DFS_ROOT: 0x0000_0002,
  RESTRICT_EXCLUSIVE_OPENS: 0x0000_0100,
  FORCE_SHARED_DELETE: 0x0000_0200,
  ALLOW_NAMESPACE_CACHING: 0x0000_0400,
  ACCESS_BASED_DIRECTORY_ENUM: 0x0000_0800,
  FORCE_LEVELII_OPLOCK: 0x0000_1000,
  ENABLE_HASH_V1: 0x0000_2000,
  ENABLE_HASH_V2: 0x0000_4000,
  ENCRYPT_DATA: 0x0000_8000,
  IDENTITY_REMOTING: 0x0004_0000,
  COMPRESS_DATA: 0x0010_0000,
  ISOLATED_TRANSPORT: 0x0020_0000,
} as const;

/** SMB2_SHARE_CAP_*, [MS-SMB2] 2.2.10. */
export const ShareCapabilities = {
  DFS: 0x0000_0008,
  CONTINUOUS_AVAILABILITY: 0x0000_0010,
  SCALEOUT: 0x0000_0020,
  CLUSTER: 0x0000_0040,
  ASYMMETRIC: 0x0000_0080,
  REDIRECT_TO_OWNER: 0x0000_0100,
} as const;

/** SMB2_TREE_CONNECT_CONTEXT with its data still encoded, [MS-SMB2] 2.2.9.2. */
export interface TreeConnectContext {
  /** One of TreeConnectContextType, or unknown. */
  readonly contextType: number;
  readonly data: Uint8Array;
}

/** SMB2 TREE_CONNECT Request, [MS-SMB2] 2.2.9. */
export interface TreeConnectRequest {
  /** Bits of TreeConnectFlags; reserved before SMB 3.1.1. */
  readonly flags: number;
  /** `\\server\share`. */
  readonly path: string;
  /** Empty unless `flags` has EXTENSION_PRESENT. */
  readonly contexts: readonly TreeConnectContext[];
}

/** SMB2 TREE_CONNECT Request, [MS-SMB2] 2.2.9, with its extension 2.2.9.1. */
export const treeConnectRequest: Codec<TreeConnectRequest> = {
  name: 'TREE_CONNECT Request',
  section: '[MS-SMB2] 2.2.9',
  decode(r) {
    r.constant16(9, 'StructureSize');
    const flags = r.u16('Flags');
    const pathOffset = r.u16('PathOffset');
    const pathLength = r.u16('PathLength');
    if ((flags & TreeConnectFlags.EXTENSION_PRESENT) === 0) {
      return { flags, path: textAt(r, pathOffset, pathLength, 'PathName'), contexts: [] };
    }
    const contextOffset = r.u32('TreeConnectContextOffset');
    const contextCount = r.u16('TreeConnectContextCount');
    r.skip(10, 'Reserved');
    const path = textAt(r, pathOffset, pathLength, 'PathName');
    return { flags, path, contexts: decodeContexts(r, contextOffset, contextCount) };
  },
  encode(w, m) {
    const extended = (m.flags & TreeConnectFlags.EXTENSION_PRESENT) !== 0;
    w.u16(9);
    w.u16(m.flags);
    w.u16(w.offset + (extended ? 20 : 4));
    w.u16(m.path.length * 2);
    if (!extended) {
      w.utf16(m.path);
      return;
    }
    const at = w.position;
    w.u32(0);
    w.u16(m.contexts.length);
    w.zero(10);
    w.utf16(m.path);
    if (m.contexts.length === 0) return;
    w.align(8);
    w.patch32(at, w.offset - HEADER_SIZE);
    for (const { contextType, data } of m.contexts) {
      w.align(8);
      w.u16(contextType);
      w.u16(data.length);
      w.zero(4);
      w.bytes(data);
    }
  },
};

/** SMB2 TREE_CONNECT Response, [MS-SMB2] 2.2.10. */
export interface TreeConnectResponse {
  /** One of ShareType. */
  readonly shareType: number;
  /** Bits of ShareFlags. */
  readonly shareFlags: number;
  /** Bits of ShareCapabilities. */
  readonly capabilities: number;
  /** Bits of AccessMask. */
  readonly maximalAccess: number;
}

/** SMB2 TREE_CONNECT Response, [MS-SMB2] 2.2.10. */
export const treeConnectResponse: Codec<TreeConnectResponse> = {
  name: 'TREE_CONNECT Response',
  section: '[MS-SMB2] 2.2.10',
  decode(r) {
    r.constant16(16, 'StructureSize');
    const shareType = r.u8('ShareType');
    r.skip(1, 'Reserved');
    return {
      shareType,
      shareFlags: r.u32('ShareFlags'),
      capabilities: r.u32('Capabilities'),
      maximalAccess: r.u32('MaximalAccess'),
    };
  },
  encode(w, m) {
    w.u16(16);
    w.u8(m.shareType);
    w.zero(1);
    w.u32(m.shareFlags);
    w.u32(m.capabilities);
    w.u32(m.maximalAccess);
  },
};

const TREE_CONNECT_CONTEXT = { name: 'TREE_CONNECT_CONTEXT', section: '[MS-SMB2] 2.2.9.2' };

/**
 * The contexts. Unlike all other offsets, the offset of the contexts counts from the start of the
 * request's body. Each context takes 8 bytes or more.
 */
function decodeContexts(r: Reader, offset: number, count: number): readonly TreeConnectContext[] {
  if (count === 0) return [];
  const start = offset + HEADER_SIZE;
  if (start < r.offset || start > r.end - r.base) {
    r.fail('TreeConnectContextOffset', `${offset}, message has ${r.end - r.base}`);
  }
  r.position = r.base + start;
  const contexts: TreeConnectContext[] = [];
  const mark = r.mark();
  try {
    for (let i = 0; i < count; i++) {
      r.align(8);
      r.enter('TreeConnectContexts', i, TREE_CONNECT_CONTEXT);
      const contextType = r.u16('ContextType');
      const dataLength = r.u16('DataLength');
      r.skip(4, 'Reserved');
      contexts.push({ contextType, data: r.take(dataLength, 'Data') });
      r.leave();
    }
  } catch (error) {
    r.recover(error, mark);
  }
  return contexts;
}
