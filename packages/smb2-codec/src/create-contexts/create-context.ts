import type { Codec, Reader } from '@tsmbd/ms-dtyp';
import { EMPTY_BYTES } from '../buffers.ts';

/** Names (tags) of create contexts, [MS-SMB2] 2.2.13.2, as the latin1 text of their bytes. */
export const CreateContextName = {
  /** SMB2_CREATE_EA_BUFFER. */
  EA_BUFFER: 'ExtA',
  /** SMB2_CREATE_SD_BUFFER. */
  SD_BUFFER: 'SecD',
  /** SMB2_CREATE_DURABLE_HANDLE_REQUEST, and its response. */
  DURABLE_HANDLE_REQUEST: 'DHnQ',
  DURABLE_HANDLE_RECONNECT: 'DHnC',
  ALLOCATION_SIZE: 'AlSi',
  QUERY_MAXIMAL_ACCESS_REQUEST: 'MxAc',
  TIMEWARP_TOKEN: 'TWrp',
  QUERY_ON_DISK_ID: 'QFid',
  /** SMB2_CREATE_REQUEST_LEASE and _V2. */
  REQUEST_LEASE: 'RqLs',
  DURABLE_HANDLE_REQUEST_V2: 'DH2Q',
  DURABLE_HANDLE_RECONNECT_V2: 'DH2C',
  /** SMB2_CREATE_APP_INSTANCE_ID, the bytes of a GUID. */
  APP_INSTANCE_ID: '\x45\xbc\xa6\x6a\xef\xa7\xf7\x4a\x90\x08\xfa\x46\x2e\x14\x4d\x74',
  /** SMB2_CREATE_APP_INSTANCE_VERSION, the bytes of a GUID. */
  APP_INSTANCE_VERSION: '\xb9\x82\xd0\xb7\x3b\x56\x07\x4f\xa0\x7b\x52\x4a\x81\x16\xa0\x10',
  /** SVHDX_OPEN_DEVICE_CONTEXT, the bytes of a GUID; data in [MS-RSVD]. */
  SVHDX_OPEN_DEVICE_CONTEXT: '\x9c\xcb\xcf\x9e\x04\xc1\xe6\x43\x98\x0e\x15\x8d\xa1\xf6\xec\x83',
  /** Apple's extensions, not in [MS-SMB2]. */
  AAPL: 'AAPL',
  /** POSIX extensions (POSIX-FSA), not in [MS-SMB2]. */
  POSIX: '\x93\xad\x25\x50\x9c\xb4\x11\xe7\xb4\x23\x83\xde\x96\x8b\xcd\x7c',
} as const;

/** One create context with its data still encoded, [MS-SMB2] 2.2.13.2. */
export interface CreateContext {
  /** The name's bytes as latin1 text: one of CreateContextName, or unknown. */
  readonly name: string;
  readonly data: Uint8Array;
  /** DataOffset, if the sender's differs from what `createContextList` writes; otherwise absent. */
  readonly dataOffset?: number;
}

/** Bytes of a context before its name. */
const FIXED_SIZE = 16;

/**
 * SMB2_CREATE_CONTEXT list, [MS-SMB2] 2.2.13.2: all bytes that the reader has. Offsets count from
 * the start of each context. Next must be a multiple of 8, point behind the fixed part and stay
 * inside the list, so that it always advances.
 */
export const createContextList: Codec<readonly CreateContext[]> = {
  name: 'SMB2_CREATE_CONTEXT',
  section: '[MS-SMB2] 2.2.13.2',
  decode(r) {
    const contexts: CreateContext[] = [];
    if (r.remaining === 0) return contexts;
    const mark = r.mark();
    try {
      decodeContexts(r, contexts);
    } catch (error) {
      r.recover(error, mark);
    }
    return contexts;
  },
  encode(w, contexts) {
    for (let i = 0; i < contexts.length; i++) {
      const { name, data, dataOffset = usualDataOffset(name.length, data.length) } = contexts[i]!;
      const start = w.position;
      w.u32(0);
      w.u16(FIXED_SIZE);
      w.u16(name.length);
      w.zero(2);
      w.u16(dataOffset);
      w.u32(data.length);
      for (let k = 0; k < name.length; k++) w.u8(name.charCodeAt(k));
      w.zero(Math.max(0, start + dataOffset - w.position));
      w.bytes(data);
      // The data of the last context is not padded, but a name without data is.
      const isLast = i + 1 === contexts.length;
      const over = (w.position - start) % 8;
      if (over !== 0 && !(isLast && data.length > 0)) w.zero(8 - over);
      if (!isLast) w.patch32(start, w.position - start);
    }
  },
};

/** Data follows the name at a multiple of 8. Without data the offset is 0. */
function usualDataOffset(nameLength: number, dataLength: number): number {
  return dataLength === 0 ? 0 : (FIXED_SIZE + nameLength + 7) & ~7;
}

function decodeContexts(r: Reader, contexts: CreateContext[]): void {
  for (let i = 0; ; i++) {
    const start = r.position;
    r.enter('', i);
    const next = r.u32('Next');
    const nameOffset = r.u16('NameOffset');
    const nameLength = r.u16('NameLength');
    r.skip(2, 'Reserved');
    const dataOffset = r.u16('DataOffset');
    const dataLength = r.u32('DataLength');
    const there = r.end - start;
    if (next !== 0 && next > there) r.complain('Next', `${next}, the list has ${there}`, start);
    const size = next === 0 ? there : Math.min(next, there);
    if (size < FIXED_SIZE) r.fail('Next', `${next}, the list has ${there}`, start);
    if (next % 8 !== 0) r.complain('Next', `${next} is not a multiple of 8`, start);
    if (nameOffset < FIXED_SIZE || nameOffset + nameLength > size) {
      r.fail('Name', `${nameLength} bytes at ${nameOffset}, the context has ${size}`, start);
    }
    if (dataLength !== 0 && (dataOffset < FIXED_SIZE || dataOffset + dataLength > size)) {
      r.complain('Data', `${dataLength} bytes at ${dataOffset}, the context has ${size}`, start);
    }
    const at = start - r.base;
    const name = String.fromCharCode(...r.slice(at + nameOffset, nameLength, 'Name'));
    const data = dataLength === 0 ? EMPTY_BYTES : r.slice(at + dataOffset, dataLength, 'Data');
    const usual = dataOffset === usualDataOffset(nameLength, dataLength);
    contexts.push(usual ? { name, data } : { name, data, dataOffset });
    r.leave();
    if (next === 0 || next > there) return;
    r.position = start + next;
  }
}
