export { type FileAllocatedRange, fileAllocatedRange, fileAllocatedRanges } from './allocated-ranges.ts';
export { CompressionFormat, type CompressionState, compressionState } from './compression.ts';
export {
  type CopychunkRange,
  type SrvCopychunkCopy,
  type SrvCopychunkResponse,
  srvCopychunkCopy,
  srvCopychunkResponse,
} from './copychunk.ts';
export {
  type DfsReferral,
  DfsReferralEntryFlags,
  DfsReferralHeaderFlags,
  type DfsReferralNameList,
  type DfsReferralRequest,
  type DfsReferralRequestEx,
  type DfsReferralResponse,
  type DfsReferralTarget,
  type DfsReferralV1,
  DfsServerType,
  dfsReferralRequest,
  dfsReferralRequestEx,
  dfsReferralResponse,
} from './dfs-referral.ts';
export {
  type DuplicateExtentsData,
  type DuplicateExtentsDataEx,
  DuplicateExtentsFlags,
  duplicateExtentsData,
  duplicateExtentsDataEx,
} from './duplicate-extents.ts';
export { type SrvSnapshotArray, srvSnapshotArray } from './enumerate-snapshots.ts';
export {
  type FileLevelTrim,
  type FileLevelTrimOutput,
  type FileLevelTrimRange,
  fileLevelTrim,
  fileLevelTrimOutput,
} from './file-level-trim.ts';
export {
  type FileRegion,
  type FileRegionOutput,
  FileRegionUsage,
  fileRegionInput,
  fileRegionOutput,
} from './file-regions.ts';
export { type FileSystemStatistics, fileSystemStatistics, StatisticsFileSystem } from './file-system-statistics.ts';
export { type FindFilesBySid, filesBySid, findFilesBySid } from './find-files-by-sid.ts';
export { FsctlCode } from './fsctl-code.ts';
export { type FsctlCodecs, fsctlCodecs } from './fsctl-codecs.ts';
export {
  ChecksumType,
  type GetIntegrityInformation,
  getIntegrityInformation,
  IntegrityFlags,
  type SetIntegrityInformation,
  type SetIntegrityInformationEx,
  setIntegrityInformation,
  setIntegrityInformationEx,
} from './integrity-information.ts';
export { type NetworkResiliencyRequest, networkResiliencyRequest } from './lmr-request-resiliency.ts';
export {
  type InterfaceAddress,
  InterfaceCapability,
  type NetworkInterfaceInfo,
  networkInterfaceInfo,
} from './network-interface-info.ts';
export { type NtfsVolumeData, ntfsVolumeData } from './ntfs-volume-data.ts';
export { type ObjectIdBuffer, objectIdBuffer } from './object-id.ts';
export {
  OFFLOAD_TOKEN_SIZE,
  OffloadReadFlags,
  type OffloadReadInput,
  type OffloadReadOutput,
  type OffloadWriteInput,
  type OffloadWriteOutput,
  offloadReadInput,
  offloadReadOutput,
  offloadWriteInput,
  offloadWriteOutput,
} from './offload.ts';
export { type PathnameRequest, pathnameRequest, type SisCopyfile, sisCopyfile } from './pathname.ts';
export { type PipePeekResponse, pipePeekResponse } from './pipe-peek.ts';
export { type PipeWaitRequest, pipeWaitRequest } from './pipe-wait.ts';
export {
  HASH_TYPE_PEER_DIST,
  type HashHeader,
  HashRetrievalType,
  hashHeader,
  type SrvHashRetrieveFileBased,
  type SrvHashRetrieveHashBased,
  type SrvReadHashRequest,
  srvHashRetrieveFileBased,
  srvHashRetrieveHashBased,
  srvReadHashRequest,
} from './read-hash.ts';
export {
  type LxSymlinkReparseData,
  type MountPointReparseData,
  type NfsReparseData,
  NfsSpecialFile,
  type OtherReparseData,
  type ReparseData,
  ReparseTag,
  reparseData,
  SymlinkFlags,
  type SymlinkReparseData,
} from './reparse-data.ts';
export { type SrvRequestResumeKeyResponse, srvRequestResumeKeyResponse } from './resume-key.ts';
export {
  type Extent,
  type RetrievalPointers,
  retrievalPointers,
  type StartingVcn,
  startingVcn,
} from './retrieval-pointers.ts';
export { type FileSetSparseBuffer, fileSetSparseBuffer } from './set-sparse.ts';
export { type FileZeroDataInformation, fileZeroDataInformation } from './set-zero-data.ts';
export { type SharedVirtualDiskSupport, sharedVirtualDiskSupport } from './shared-virtual-disk-support.ts';
export {
  type DefectManagement,
  defectManagement,
  type EncryptionOperation,
  encryptionOperation,
  type ObjectIdExtendedInfo,
  objectIdExtendedInfo,
  type RetrievalPointerCount,
  retrievalPointerCount,
} from './small-requests.ts';
export { type SparingInfo, sparingInfo } from './sparing-info.ts';
export { type ReadFileUsnData, readFileUsnData, type UsnCloseRecord, usnCloseRecord } from './usn.ts';
export { type UsnRecord, usnRecord } from './usn-record.ts';
export {
  type ValidateNegotiateInfoRequest,
  type ValidateNegotiateInfoResponse,
  validateNegotiateInfoRequest,
  validateNegotiateInfoResponse,
} from './validate-negotiate-info.ts';
