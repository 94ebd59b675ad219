import { CodecError, Reader, Writer } from '@tsmbd/ms-dtyp';

/**
 * The xattrs that hold security descriptors: `security.` if the system permits it, otherwise
 * `user.`.
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
/**
 * Says which program wrote it. With its NUL its length is a multiple of 4, so no padding follows.
 */
const DESCRIPTION = 'tsmbd';
/** Bytes of the fixed part of a SECURITY_DESCRIPTOR, [MS-DTYP] 2.4.6. */
const HEADER = 20;
/** Its offset fields: OffsetOwner, OffsetGroup, OffsetSacl, OffsetDacl. */
const OFFSET_FIELDS = [4, 8, 12, 16] as const;

/**
 * Wraps a self-relative security descriptor as Samba's version 4, without a hash, so that no reader
 * takes it for outdated.
 */
export function encodeNtacl(descriptor: Uint8Array, now: bigint): Uint8Array {
  const w = new Writer(256 + descriptor.length);
  w.u16(VERSION);
  w.u16(VERSION);
  w.u32(REFERENT);
  w.u32(REFERENT + 4);
  w.u16(0); // hash type: none
  w.zero(HASH_BYTES);
  for (const character of DESCRIPTION) w.u8(character.charCodeAt(0));
  w.u8(0);
  w.u64(now);
  w.zero(HASH_BYTES); // hash of the POSIX ACL
  const start = w.position;
  w.bytes(descriptor);
  const value = w.result();
  moveOffsets(value.subarray(start), start);
  return value;
}

/**
 * The self-relative security descriptor in an envelope of version 1 to 4. Hashes are ignored: they
 * tell whether the POSIX mode has changed since, but on this server the descriptor decides.
 * Undefined for anything else.
 */
export function parseNtacl(value: Uint8Array): Uint8Array | undefined {
  try {
    const r = new Reader(value, 'NTACL');
    const version = r.u16('version');
    r.u16('level');
    r.u32('info');
    if (version === 1) return descriptor(r);
    if (version < 1 || version > 4) return undefined;
    r.u32('sd');
    if (version === 2) r.skip(16, 'hash');
    else r.skip(2 + HASH_BYTES, 'hash');
    if (version === 4) {
      while (r.u8('description') !== 0);
      r.align(4);
      r.skip(8, 'time');
      r.skip(HASH_BYTES, 'sys_acl_hash');
    }
    r.align(4);
    return descriptor(r);
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
