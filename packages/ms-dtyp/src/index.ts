export {
  type AccessCheckResult,
  accessCheck,
  type EntryListener,
  hasPrivilege,
  type Privilege,
  type SecurityToken,
  tokenHas,
} from './access-check.ts';
export {
  AccessMask,
  FILE_GENERIC_MAPPING,
  FileAccess,
  GENERIC_BITS,
  type GenericMapping,
  mapGenericBits,
} from './access-mask.ts';
export { accountKey, sameAccount } from './account-name.ts';
export { type Ace, AceFlags, AceType, ace } from './ace.ts';
export { type Acl, acl } from './acl.ts';
export type { Codec, Structure } from './codec.ts';
export { CodecError } from './codec-error.ts';
export { EncodeError } from './encode-error.ts';
export { encode, encodeInto } from './explain-encode.ts';
export {
  type Filetime,
  filetimeFromUnixMs,
  filetimeFromUnixNs,
  unixMsFromFiletime,
  unixNsFromFiletime,
} from './filetime.ts';
export { type Guid, guid, guidFromBytes, guidToBytes, NULL_GUID } from './guid.ts';
export { createInheritedDescriptor, inheritAces, type NewObject } from './inherit.ts';
export { NtStatus, ntStatusName } from './ntstatus.ts';
export { RareNtStatus } from './ntstatus-rare.ts';
export { decode, Reader } from './reader.ts';
export { type Problem, type RecordedField, Recording, RecordingReader } from './recording-reader.ts';
export { formatSddl, parseSddl } from './sddl.ts';
export { SdControl, type SecurityDescriptor, securityDescriptor } from './security-descriptor.ts';
export { replaceParts, SecurityInformation, selectParts } from './security-information.ts';
export {
  isSid,
  normalizeSid,
  type Sid,
  sid,
  sidFromBytes,
  sidLength,
  sidToBytes,
  sidWithRid,
  splitRid,
} from './sid.ts';
export { upcase, upcaseUnit } from './upcase.ts';
export { textFromUtf16 } from './utf16.ts';
export { WellKnownRid, WellKnownSid } from './well-known-sids.ts';
export { Writer } from './writer.ts';
