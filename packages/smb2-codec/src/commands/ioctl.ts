import type { Codec } from '@tsmbd/ms-dtyp';
import { bufferAt } from '../buffers.ts';
import { type FileId, fileId } from '../file-id.ts';

/**
 * SMB2_0_IOCTL_IS_FSCTL: CtlCode is an FSCTL, the only kind that servers serve, [MS-SMB2] 2.2.31.
 */
export const IoctlFlags = { IS_FSCTL: 0x0000_0001 } as const;

/** SMB2 IOCTL Request, [MS-SMB2] 2.2.31. */
export interface IoctlRequest {
  /** One of FsctlCode, or unknown. */
  readonly ctlCode: number;
  /** ANY_FILE_ID if the code needs no file. */
  readonly fileId: FileId;
  /** The most bytes of input that the response may return. */
  readonly maxInputResponse: number;
  /** The most bytes of output that the response may return. */
  readonly maxOutputResponse: number;
  /** Bits of IoctlFlags. */
  readonly flags: number;
  readonly input: Uint8Array;
  /** Empty in all known requests. */
  readonly output: Uint8Array;
  /**
   * InputOffset as sent with an empty `input`, if it differs from the buffer's offset; nothing
   * depends on it.
   */
  readonly inputOffset?: number;
  /** OutputOffset as sent with an empty `output`, if it is not 0; nothing depends on it. */
  readonly outputOffset?: number;
}

/** SMB2 IOCTL Request, [MS-SMB2] 2.2.31. */
export const ioctlRequest: Codec<IoctlRequest> = {
  name: 'IOCTL Request',
  section: '[MS-SMB2] 2.2.31',
  decode(r) {
    r.constant16(57, 'StructureSize');
    r.skip(2, 'Reserved');
    const ctlCode = r.u32('CtlCode');
    const id = fileId.decode(r);
    const inputOffset = r.u32('InputOffset');
    const inputCount = r.u32('InputCount');
    const maxInputResponse = r.u32('MaxInputResponse');
    const outputOffset = r.u32('OutputOffset');
    const outputCount = r.u32('OutputCount');
    const maxOutputResponse = r.u32('MaxOutputResponse');
    const flags = r.u32('Flags');
    r.skip(4, 'Reserved2');
    const input = bufferAt(r, inputOffset, inputCount, 'Input');
    const output = bufferAt(r, outputOffset, outputCount, 'Output');
    return {
      ctlCode,
      fileId: id,
      maxInputResponse,
      maxOutputResponse,
      flags,
      input,
      output,
      ...(inputCount === 0 && inputOffset !== r.offset ? { inputOffset } : undefined),
      ...(outputCount === 0 && outputOffset !== 0 ? { outputOffset } : undefined),
    };
  },
  encode(w, m) {
    const inputOffset = w.offset + 56;
    w.u16(57);
    w.zero(2);
    w.u32(m.ctlCode);
    fileId.encode(w, m.fileId);
    w.u32(m.input.length === 0 ? (m.inputOffset ?? inputOffset) : inputOffset);
    w.u32(m.input.length);
    w.u32(m.maxInputResponse);
    w.u32(m.output.length === 0 ? (m.outputOffset ?? 0) : aligned(inputOffset + m.input.length));
    w.u32(m.output.length);
    w.u32(m.maxOutputResponse);
    w.u32(m.flags);
    w.zero(4);
    w.bytes(m.input);
    if (m.output.length === 0) return;
    w.align(8);
    w.bytes(m.output);
  },
};

/** SMB2 IOCTL Response, [MS-SMB2] 2.2.32. */
export interface IoctlResponse {
  readonly ctlCode: number;
  readonly fileId: FileId;
  readonly flags: number;
  /** Empty except for pass-through codes. */
  readonly input: Uint8Array;
  readonly output: Uint8Array;
  /**
   * Zero bytes to write before the output, a multiple of 8; 0 if absent. A decoder skips them,
   * because OutputOffset says where the output is.
   */
  readonly padding?: number;
}

/** SMB2 IOCTL Response, [MS-SMB2] 2.2.32. */
export const ioctlResponse: Codec<IoctlResponse> = {
  name: 'IOCTL Response',
  section: '[MS-SMB2] 2.2.32',
  decode(r) {
    r.constant16(49, 'StructureSize');
    r.skip(2, 'Reserved');
    const ctlCode = r.u32('CtlCode');
    const id = fileId.decode(r);
    const inputOffset = r.u32('InputOffset');
    const inputCount = r.u32('InputCount');
    const outputOffset = r.u32('OutputOffset');
    const outputCount = r.u32('OutputCount');
    const flags = r.u32('Flags');
    r.skip(4, 'Reserved2');
    return {
      ctlCode,
      fileId: id,
      flags,
      input: bufferAt(r, inputOffset, inputCount, 'Input'),
      output: bufferAt(r, outputOffset, outputCount, 'Output'),
    };
  },
  encode(w, m) {
    const inputOffset = w.offset + 48;
    w.u16(49);
    w.zero(2);
    w.u32(m.ctlCode);
    fileId.encode(w, m.fileId);
    w.u32(inputOffset);
    w.u32(m.input.length);
    const padding = m.padding ?? 0;
    w.u32(aligned(inputOffset + m.input.length) + padding);
    w.u32(m.output.length);
    w.u32(m.flags);
    w.zero(4);
    w.bytes(m.input);
    if (m.output.length === 0) return;
    w.align(8);
    w.zero(padding);
    w.bytes(m.output);
  },
};

/** The next multiple of 8. The output begins there, after the input. */
function aligned(offset: number): number {
  return (offset + 7) & ~7;
}
