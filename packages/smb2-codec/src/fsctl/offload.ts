import type { Codec, Reader } from '@tsmbd/ms-dtyp';

/** Bytes of a STORAGE_OFFLOAD_TOKEN, [MS-FSCC] 2.1.11. */
export const OFFLOAD_TOKEN_SIZE = 512;

/** OFFLOAD_READ_FLAG_*, [MS-FSCC] 2.3. */
export const OffloadReadFlags = { ALL_ZERO_BEYOND_CURRENT_RANGE: 0x0000_0001 } as const;

/** FSCTL_OFFLOAD_READ_INPUT, [MS-FSCC] 2.3. */
export interface OffloadReadInput {
  readonly flags: number;
  /** How many milliseconds the token is to be valid; 0 leaves the choice to the server. */
  readonly tokenTimeToLiveMs: number;
  readonly fileOffset: bigint;
  /** Bytes. */
  readonly copyLength: bigint;
}

/** FSCTL_OFFLOAD_READ_INPUT, [MS-FSCC] 2.3. */
export const offloadReadInput: Codec<OffloadReadInput> = {
  name: 'FSCTL_OFFLOAD_READ_INPUT',
  section: '[MS-FSCC] 2.3',
  decode(r) {
    r.constant32(32, 'Size');
    const flags = r.u32('Flags');
    const tokenTimeToLiveMs = r.u32('TokenTimeToLive');
    r.skip(4, 'Reserved');
    return { flags, tokenTimeToLiveMs, fileOffset: r.u64('FileOffset'), copyLength: r.u64('CopyLength') };
  },
  encode(w, m) {
    w.u32(32);
    w.u32(m.flags);
    w.u32(m.tokenTimeToLiveMs);
    w.zero(4);
    w.u64(m.fileOffset);
    w.u64(m.copyLength);
  },
};

/** FSCTL_OFFLOAD_READ_OUTPUT, [MS-FSCC] 2.3. */
export interface OffloadReadOutput {
  /** Bits of OffloadReadFlags. */
  readonly flags: number;
  /** Bytes of data that the token stands for. */
  readonly transferLength: bigint;
  /** OFFLOAD_TOKEN_SIZE bytes. */
  readonly token: Uint8Array;
}

/** FSCTL_OFFLOAD_READ_OUTPUT, [MS-FSCC] 2.3. */
export const offloadReadOutput: Codec<OffloadReadOutput> = {
  name: 'FSCTL_OFFLOAD_READ_OUTPUT',
  section: '[MS-FSCC] 2.3',
  decode(r) {
    r.constant32(528, 'Size');
    return { flags: r.u32('Flags'), transferLength: r.u64('TransferLength'), token: takeToken(r) };
  },
  encode(w, m) {
    w.u32(528);
    w.u32(m.flags);
    w.u64(m.transferLength);
    w.bytes(m.token);
  },
};

/** FSCTL_OFFLOAD_WRITE_INPUT, [MS-FSCC] 2.3. */
export interface OffloadWriteInput {
  readonly flags: number;
  readonly fileOffset: bigint;
  /** Bytes. */
  readonly copyLength: bigint;
  /** Where to start in the data that the token stands for, in bytes. */
  readonly transferOffset: bigint;
  /** OFFLOAD_TOKEN_SIZE bytes. */
  readonly token: Uint8Array;
}

/** FSCTL_OFFLOAD_WRITE_INPUT, [MS-FSCC] 2.3. */
export const offloadWriteInput: Codec<OffloadWriteInput> = {
  name: 'FSCTL_OFFLOAD_WRITE_INPUT',
  section: '[MS-FSCC] 2.3',
  decode(r) {
    r.constant32(544, 'Size');
    return {
      flags: r.u32('Flags'),
      fileOffset: r.u64('FileOffset'),
      copyLength: r.u64('CopyLength'),
      transferOffset: r.u64('TransferOffset'),
      token: takeToken(r),
    };
  },
  encode(w, m) {
    w.u32(544);
    w.u32(m.flags);
    w.u64(m.fileOffset);
    w.u64(m.copyLength);
    w.u64(m.transferOffset);
    w.bytes(m.token);
  },
};

/** FSCTL_OFFLOAD_WRITE_OUTPUT, [MS-FSCC] 2.3. */
export interface OffloadWriteOutput {
  readonly flags: number;
  /** Bytes written. */
  readonly lengthWritten: bigint;
}

/** FSCTL_OFFLOAD_WRITE_OUTPUT, [MS-FSCC] 2.3. */
export const offloadWriteOutput: Codec<OffloadWriteOutput> = {
  name: 'FSCTL_OFFLOAD_WRITE_OUTPUT',
  section: '[MS-FSCC] 2.3',
  decode(r) {
    r.constant32(16, 'Size');
    return { flags: r.u32('Flags'), lengthWritten: r.u64('LengthWritten') };
  },
  encode(w, m) {
    w.u32(16);
    w.u32(m.flags);
    w.u64(m.lengthWritten);
  },
};

function takeToken(r: Reader): Uint8Array {
  return r.take(OFFLOAD_TOKEN_SIZE, 'Token');
}
