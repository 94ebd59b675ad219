import { type Codec, Reader, type Writer } from '@tsmbd/ms-dtyp';
import { textAt } from '../buffers.ts';
import { formatIpv6, parseIpv4, parseIpv6 } from '../ip-address.ts';

/** ErrorId, [MS-SMB2] 2.2.2.1. */
export const ErrorId = { DEFAULT: 0x0000_0000, SHARE_REDIRECT: 0x7264_5253 } as const;

/** SMB2 ERROR Context, [MS-SMB2] 2.2.2.1. */
export interface ErrorContext {
  /** One of ErrorId. */
  readonly errorId: number;
  /** A symbolic link error, a u32 or a share redirect, still encoded. */
  readonly errorContextData: Uint8Array;
}

/**
 * Reads the `count` contexts of an error response's data, each at a multiple of 8. Throws
 * CodecError if they do not fit.
 */
export function decodeErrorContexts(errorData: Uint8Array, count: number): readonly ErrorContext[] {
  return readErrorContexts(new Reader(errorData, ERROR_CONTEXT.name), count);
}

/** The name of an ERROR Context, and where it is specified. */
export const ERROR_CONTEXT = { name: 'ERROR Context', section: '[MS-SMB2] 2.2.2.1' } as const;

/** Reads the contexts from a reader of the error data. */
export function readErrorContexts(r: Reader, count: number): readonly ErrorContext[] {
  const contexts: ErrorContext[] = [];
  for (let i = 0; i < count; i++) {
    r.align(8);
    r.enter('', i);
    const length = r.u32('ErrorDataLength');
    contexts.push({ errorId: r.u32('ErrorId'), errorContextData: r.take(length, 'ErrorContextData') });
    r.leave();
  }
  return contexts;
}

/**
 * Writes contexts, each at a multiple of 8 counted from the start of the list. decodeErrorContexts
 * reads them.
 */
export function encodeErrorContexts(w: Writer, contexts: readonly ErrorContext[]): void {
  const start = w.position;
  for (const context of contexts) {
    w.zero(-(w.position - start) & 7);
    w.u32(context.errorContextData.length);
    w.u32(context.errorId);
    w.bytes(context.errorContextData);
  }
}

/** Symbolic Link Error Response: data of STATUS_STOPPED_ON_SYMLINK, [MS-SMB2] 2.2.2.2.1. */
export interface SymbolicLinkError {
  /** Bytes at the end of the request's UTF-16LE name that come after the link. */
  readonly unparsedPathLength: number;
  /** Bits of SymlinkFlags. */
  readonly flags: number;
  readonly substituteName: string;
  readonly printName: string;
}

const SYMLINK_ERROR_TAG = 0x4c4d5953;
const SYMLINK_REPARSE_TAG = 0xa000_000c;

/** Symbolic Link Error Response, [MS-SMB2] 2.2.2.2.1. */
export const symbolicLinkError: Codec<SymbolicLinkError> = {
  name: 'Symbolic Link Error Response',
  section: '[MS-SMB2] 2.2.2.2.1',
  decode(r) {
    r.u32('SymLinkLength');
    r.constant32(SYMLINK_ERROR_TAG, 'SymLinkErrorTag');
    r.constant32(SYMLINK_REPARSE_TAG, 'ReparseTag');
    r.skip(2, 'ReparseDataLength');
    const unparsedPathLength = r.u16('UnparsedPathLength');
    const substituteOffset = r.u16('SubstituteNameOffset');
    const substituteLength = r.u16('SubstituteNameLength');
    const printOffset = r.u16('PrintNameOffset');
    const printLength = r.u16('PrintNameLength');
    const flags = r.u32('Flags');
    const path = r.offset;
    return {
      unparsedPathLength,
      flags,
      substituteName: r.sliceUtf16(path + substituteOffset, substituteLength, 'SubstituteName'),
      printName: r.sliceUtf16(path + printOffset, printLength, 'PrintName'),
    };
  },
  encode(w, m) {
    const substitute = m.substituteName.length * 2;
    const print = m.printName.length * 2;
    w.u32(24 + substitute + print);
    w.u32(SYMLINK_ERROR_TAG);
    w.u32(SYMLINK_REPARSE_TAG);
    w.u16(12 + substitute + print);
    w.u16(m.unparsedPathLength);
    w.u16(0);
    w.u16(substitute);
    w.u16(substitute);
    w.u16(print);
    w.u32(m.flags);
    w.utf16(m.substituteName);
    w.utf16(m.printName);
  },
};

/** Share Redirect Error Context Response, [MS-SMB2] 2.2.2.2.2. */
export interface ShareRedirectError {
  /** The share that the client asked for. */
  readonly resourceName: string;
  /** The addresses to go to instead, as text. */
  readonly ipAddresses: readonly string[];
}

const MOVE_DST_IPADDR = { name: 'MOVE_DST_IPADDR', section: '[MS-SMB2] 2.2.2.2.2.1' };
const SHARE_MOVE_NOTIFICATION = 3;
const IPV4 = 1;
const IPV6 = 2;

/**
 * Share Redirect Error Context Response, [MS-SMB2] 2.2.2.2.2; addresses are MOVE_DST_IPADDR,
 * 2.2.2.2.2.1.
 */
export const shareRedirectError: Codec<ShareRedirectError> = {
  name: 'Share Redirect Error Context Response',
  section: '[MS-SMB2] 2.2.2.2.2',
  decode(r) {
    r.skip(4, 'StructureSize');
    r.constant32(SHARE_MOVE_NOTIFICATION, 'NotificationType');
    const nameOffset = r.u32('ResourceNameOffset');
    const nameLength = r.u32('ResourceNameLength');
    r.skip(2, 'Flags');
    r.skip(2, 'TargetType');
    const count = r.u32('IPAddrCount');
    const ipAddresses: string[] = [];
    for (let i = 0; i < count; i++) {
      r.enter('IPAddrMoveList', i, MOVE_DST_IPADDR);
      const type = r.u32('Type');
      r.skip(4, 'Reserved');
      const bytes = r.take(16, 'IPAddress');
      r.leave();
      if (type !== IPV4 && type !== IPV6) r.fail('Type', `${type}, must be 1 or 2`, r.position - 24);
      ipAddresses.push(type === IPV4 ? bytes.subarray(0, 4).join('.') : formatIpv6(bytes));
    }
    return { resourceName: textAt(r, nameOffset, nameLength, 'ResourceName'), ipAddresses };
  },
  encode(w, m) {
    const size = 24 + 24 * m.ipAddresses.length;
    const nameLength = m.resourceName.length * 2;
    w.u32(size + nameLength);
    w.u32(SHARE_MOVE_NOTIFICATION);
    w.u32(size);
    w.u32(nameLength);
    w.zero(4);
    w.u32(m.ipAddresses.length);
    for (const address of m.ipAddresses) {
      const v6 = address.includes(':');
      w.u32(v6 ? IPV6 : IPV4);
      w.zero(4);
      w.bytes(v6 ? parseIpv6(address) : parseIpv4(address));
      if (!v6) w.zero(12);
    }
    w.utf16(m.resourceName);
  },
};
