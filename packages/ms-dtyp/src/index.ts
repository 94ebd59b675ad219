export type { Codec } from './codec.ts';
export { CodecError } from './codec-error.ts';
export {
  type Filetime,
  filetimeFromUnixMs,
  filetimeFromUnixNs,
  unixMsFromFiletime,
  unixNsFromFiletime,
} from './filetime.ts';
export { type Guid, guid, guidFromBytes, guidToBytes, NULL_GUID } from './guid.ts';
export { NtStatus, ntStatusName } from './ntstatus.ts';
export { decode, Reader } from './reader.ts';
export { encode, Writer } from './writer.ts';
