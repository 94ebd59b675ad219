import { CodecError, Reader, Writer } from '@tsmbd/ms-dtyp';

/**
 * The xattrs that hold security descriptors: `security.` if the system permits it, otherwise
 * `user.`, which any program that may write the file can change.
 */
export const NTACL = { security: 'security.NTACL', user: 'user.NTACL' } as const;

/**
 * The envelope's layout (NDR): the version twice, a referent, then (depending on the version) a
 * hash and what it is a hash of, and the self-relative SECURITY_DESCRIPTOR. The descriptor's four
 * offsets count from the start of the envelope and not from the start of the descriptor.
 */
const VERSION = 4;
const REFERENT = 0x0002_0000;
const HASH_BYTES = 64;
const SHA256_BYTES = 32;
/** XATTR_SD_HASH_TYPE_*: what kind of hash says when the descriptor is outdated. */
const HashType = { NONE: 0, SHA256: 1 } as const;
/**
 * What is hashed, as Samba calls it. With its NUL it ends at a multiple of 4, so no padding
 * follows.
 */
const DESCRIPTION = 'posix_acl';
/** Bytes of the fixed part of a SECURITY_DESCRIPTOR, [MS-DTYP] 2.4.6. */
const HEADER = 20;
/** Its offset fields: OffsetOwner, OffsetGroup, OffsetSacl, OffsetDacl. */
const OFFSET_FIELDS = [4, 8, 12, 16] as const;

/** What an envelope holds. */
export interface Ntacl {
  /** The self-relative descriptor. */
  readonly descriptor: Uint8Array;
  /**
   * SHA-256 of the POSIX access for which the descriptor was stored (`hashOfPosixAccess`): with
   * another one it is outdated. undefined: it is never outdated. Empty: it was stored with a hash
   * of another kind (version 3) or none that counts, so nothing tells that it is not outdated.
   */
  readonly posixHash: Uint8Array | undefined;
}

/**
 * Wraps a self-relative security descriptor as Samba's version 4.
 *
 * @param posixHash as in Ntacl
 */
export function encodeNtacl({ descriptor, posixHash }: Ntacl, now: bigint): Uint8Array {
  const w = new Writer(256 + descriptor.length);
  w.u16(VERSION);
  w.u16(VERSION);
  w.u32(REFERENT);
  w.u32(REFERENT + 4);
  w.u16(posixHash === undefined ? HashType.NONE : HashType.SHA256);
  // Samba's hash of the descriptor that it would make of the POSIX access. It is looked at only if
  // the other hash differs. No descriptor has this one.
  w.zero(HASH_BYTES);
  for (const character of DESCRIPTION) w.u8(character.charCodeAt(0));
  w.u8(0);
  w.u64(now);
  w.bytes(posixHash ?? new Uint8Array(SHA256_BYTES));
  w.zero(HASH_BYTES - SHA256_BYTES);
  const start = w.position;
  w.bytes(descriptor);
  const value = w.result();
  moveOffsets(value.subarray(start), start);
  return value;
}

/** Reads an envelope of version 1 to 4. Undefined for anything else. */
export function parseNtacl(value: Uint8Array): Ntacl | undefined {
  try {
    const r = new Reader(value, 'NTACL');
    const version = r.u16('version');
    r.u16('level');
    r.u32('info');
    if (version === 1) return { descriptor: descriptor(r), posixHash: undefined };
    if (version < 1 || version > 4) return undefined;
    r.u32('sd');
    let type: number = HashType.NONE;
    let posixHash: Uint8Array = EMPTY;
    if (version === 2) r.skip(16, 'hash');
    else {
      type = r.u16('hash_type');
      r.skip(HASH_BYTES, 'hash');
    }
    if (version === 4) {
      while (r.u8('description') !== 0);
      r.align(4);
      r.skip(8, 'time');
      posixHash = r.take(HASH_BYTES, 'sys_acl_hash').slice(0, SHA256_BYTES);
    }
    r.align(4);
    return { descriptor: descriptor(r), posixHash: type === HashType.NONE ? undefined : posixHash };
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

function descriptor(r: Reader): Uint8Array {
  const start = r.position;
  const bytes = Uint8Array.from(r.rest('sd'));
  if (bytes.length < HEADER) r.fail('sd', `${bytes.length} bytes`);
  moveOffsets(bytes, -start);
  return bytes;
}

/** Adds `by` to those offsets of a descriptor that are not 0. */
function moveOffsets(bytes: Uint8Array, by: number): void {
  if (bytes.length < HEADER) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const at of OFFSET_FIELDS) {
    const offset = view.getUint32(at, true);
    if (offset !== 0) view.setUint32(at, offset + by, true);
  }
}

const EMPTY = new Uint8Array(0);
