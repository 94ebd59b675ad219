import type { Codec } from '@tsmbd/ms-dtyp';
import { fileAllocatedRange, fileAllocatedRanges } from './allocated-ranges.ts';
import { compressionState } from './compression.ts';
import { srvCopychunkCopy, srvCopychunkResponse } from './copychunk.ts';
import { dfsReferralRequest, dfsReferralRequestEx, dfsReferralResponse } from './dfs-referral.ts';
import { duplicateExtentsData, duplicateExtentsDataEx } from './duplicate-extents.ts';
import { srvSnapshotArray } from './enumerate-snapshots.ts';
import { fileLevelTrim, fileLevelTrimOutput } from './file-level-trim.ts';
import { fileRegionInput, fileRegionOutput } from './file-regions.ts';
import { fileSystemStatistics } from './file-system-statistics.ts';
import { filesBySid, findFilesBySid } from './find-files-by-sid.ts';
import { FsctlCode } from './fsctl-code.ts';
import {
  getIntegrityInformation,
  setIntegrityInformation,
  setIntegrityInformationEx,
} from './integrity-information.ts';
import { networkResiliencyRequest } from './lmr-request-resiliency.ts';
import { networkInterfaceInfo } from './network-interface-info.ts';
import { ntfsVolumeData } from './ntfs-volume-data.ts';
import { objectIdBuffer } from './object-id.ts';
import { offloadReadInput, offloadReadOutput, offloadWriteInput, offloadWriteOutput } from './offload.ts';
import { pathnameRequest, sisCopyfile } from './pathname.ts';
import { pipePeekResponse } from './pipe-peek.ts';
import { pipeWaitRequest } from './pipe-wait.ts';
import { srvReadHashRequest } from './read-hash.ts';
import { reparseData } from './reparse-data.ts';
import { srvRequestResumeKeyResponse } from './resume-key.ts';
import { retrievalPointers, startingVcn } from './retrieval-pointers.ts';
import { fileSetSparseBuffer } from './set-sparse.ts';
import { fileZeroDataInformation } from './set-zero-data.ts';
import { sharedVirtualDiskSupport } from './shared-virtual-disk-support.ts';
import {
  defectManagement,
  encryptionOperation,
  objectIdExtendedInfo,
  retrievalPointerCount,
} from './small-requests.ts';
import { sparingInfo } from './sparing-info.ts';
import { readFileUsnData, usnCloseRecord } from './usn.ts';
import { usnRecord } from './usn-record.ts';
import { validateNegotiateInfoRequest, validateNegotiateInfoResponse } from './validate-negotiate-info.ts';

/**
 * The codecs of an FSCTL's input and output. Absent if there is no such buffer, or if it has no
 * structure.
 */
export interface FsctlCodecs {
  readonly input?: Codec<unknown>;
  readonly output?: Codec<unknown>;
}

/**
 * The codecs of an FSCTL's buffers, [MS-SMB2] 2.2.31 and [MS-FSCC] 2.3; undefined if neither has a
 * structure.
 */
export function fsctlCodecs(ctlCode: number): FsctlCodecs | undefined {
  return TABLE.get(ctlCode);
}

const TABLE: ReadonlyMap<number, FsctlCodecs> = new Map<number, FsctlCodecs>([
  [FsctlCode.CREATE_OR_GET_OBJECT_ID, { output: objectIdBuffer }],
  [FsctlCode.DELETE_REPARSE_POINT, { input: reparseData }],
  [FsctlCode.DFS_GET_REFERRALS, { input: dfsReferralRequest, output: dfsReferralResponse }],
  [FsctlCode.DFS_GET_REFERRALS_EX, { input: dfsReferralRequestEx, output: dfsReferralResponse }],
  [FsctlCode.DUPLICATE_EXTENTS_TO_FILE, { input: duplicateExtentsData }],
  [FsctlCode.DUPLICATE_EXTENTS_TO_FILE_EX, { input: duplicateExtentsDataEx }],
  [FsctlCode.FIND_FILES_BY_SID, { input: findFilesBySid, output: filesBySid }],
  [FsctlCode.GET_NTFS_VOLUME_DATA, { output: ntfsVolumeData }],
  [FsctlCode.GET_RETRIEVAL_POINTERS, { input: startingVcn, output: retrievalPointers }],
  [FsctlCode.GET_RETRIEVAL_POINTER_COUNT, { input: startingVcn, output: retrievalPointerCount }],
  [FsctlCode.IS_PATHNAME_VALID, { input: pathnameRequest }],
  [FsctlCode.QUERY_FILE_REGIONS, { input: fileRegionInput, output: fileRegionOutput }],
  [FsctlCode.QUERY_SHARED_VIRTUAL_DISK_SUPPORT, { output: sharedVirtualDiskSupport }],
  [FsctlCode.QUERY_SPARING_INFO, { output: sparingInfo }],
  [FsctlCode.READ_FILE_USN_DATA, { input: readFileUsnData, output: usnRecord }],
  [FsctlCode.SET_DEFECT_MANAGEMENT, { input: defectManagement }],
  [FsctlCode.SET_ENCRYPTION, { input: encryptionOperation }],
  [FsctlCode.SET_OBJECT_ID_EXTENDED, { input: objectIdExtendedInfo }],
  [FsctlCode.SIS_COPYFILE, { input: sisCopyfile }],
  [FsctlCode.WRITE_USN_CLOSE_RECORD, { output: usnCloseRecord }],
  [FsctlCode.FILESYSTEM_GET_STATISTICS, { output: fileSystemStatistics }],
  [FsctlCode.FILE_LEVEL_TRIM, { input: fileLevelTrim, output: fileLevelTrimOutput }],
  [FsctlCode.GET_COMPRESSION, { output: compressionState }],
  [FsctlCode.GET_INTEGRITY_INFORMATION, { output: getIntegrityInformation }],
  [FsctlCode.GET_OBJECT_ID, { output: objectIdBuffer }],
  [FsctlCode.GET_REPARSE_POINT, { output: reparseData }],
  [FsctlCode.LMR_REQUEST_RESILIENCY, { input: networkResiliencyRequest }],
  [FsctlCode.OFFLOAD_READ, { input: offloadReadInput, output: offloadReadOutput }],
  [FsctlCode.OFFLOAD_WRITE, { input: offloadWriteInput, output: offloadWriteOutput }],
  [FsctlCode.PIPE_PEEK, { output: pipePeekResponse }],
  [FsctlCode.PIPE_WAIT, { input: pipeWaitRequest }],
  [FsctlCode.QUERY_ALLOCATED_RANGES, { input: fileAllocatedRange, output: fileAllocatedRanges }],
  [FsctlCode.QUERY_NETWORK_INTERFACE_INFO, { output: networkInterfaceInfo }],
  [FsctlCode.SET_COMPRESSION, { input: compressionState }],
  [FsctlCode.SET_INTEGRITY_INFORMATION, { input: setIntegrityInformation }],
  [FsctlCode.SET_INTEGRITY_INFORMATION_EX, { input: setIntegrityInformationEx }],
  [FsctlCode.SET_OBJECT_ID, { input: objectIdBuffer }],
  [FsctlCode.SET_REPARSE_POINT, { input: reparseData }],
  [FsctlCode.SET_SPARSE, { input: fileSetSparseBuffer }],
  [FsctlCode.SET_ZERO_DATA, { input: fileZeroDataInformation }],
  [FsctlCode.SRV_COPYCHUNK, { input: srvCopychunkCopy, output: srvCopychunkResponse }],
  [FsctlCode.SRV_COPYCHUNK_WRITE, { input: srvCopychunkCopy, output: srvCopychunkResponse }],
  [FsctlCode.SRV_ENUMERATE_SNAPSHOTS, { output: srvSnapshotArray }],
  [FsctlCode.SRV_READ_HASH, { input: srvReadHashRequest }],
  [FsctlCode.SRV_REQUEST_RESUME_KEY, { output: srvRequestResumeKeyResponse }],
  [FsctlCode.VALIDATE_NEGOTIATE_INFO, { input: validateNegotiateInfoRequest, output: validateNegotiateInfoResponse }],
]);
