import type { Codec } from '@tsmbd/ms-dtyp';
import { fileAllocatedRange, fileAllocatedRanges } from './allocated-ranges.ts';
import { compressionState } from './compression.ts';
import { srvCopychunkCopy, srvCopychunkResponse } from './copychunk.ts';
import { dfsReferralRequest, dfsReferralRequestEx, dfsReferralResponse } from './dfs-referral.ts';
import { duplicateExtentsData, duplicateExtentsDataEx } from './duplicate-extents.ts';
import { srvSnapshotArray } from './enumerate-snapshots.ts';
import { fileLevelTrim, fileLevelTrimOutput } from './file-level-trim.ts';
import { FsctlCode } from './fsctl-code.ts';
import {
  getIntegrityInformation,
  setIntegrityInformation,
  setIntegrityInformationEx,
} from './integrity-information.ts';
import { networkResiliencyRequest } from './lmr-request-resiliency.ts';
import { networkInterfaceInfo } from './network-interface-info.ts';
import { objectIdBuffer } from './object-id.ts';
import { offloadReadInput, offloadReadOutput, offloadWriteInput, offloadWriteOutput } from './offload.ts';
import { pipePeekResponse } from './pipe-peek.ts';
import { pipeWaitRequest } from './pipe-wait.ts';
import { srvReadHashRequest } from './read-hash.ts';
import { reparseData } from './reparse-data.ts';
import { srvRequestResumeKeyResponse } from './resume-key.ts';
import { fileSetSparseBuffer } from './set-sparse.ts';
import { fileZeroDataInformation } from './set-zero-data.ts';
import { validateNegotiateInfoRequest, validateNegotiateInfoResponse } from './validate-negotiate-info.ts';

/** The input and output of an FSCTL; absent where it has none, or none with structure. */
export interface FsctlCodecs {
  readonly input?: Codec<unknown>;
  readonly output?: Codec<unknown>;
}

/** The codecs of an FSCTL's buffers, [MS-SMB2] 2.2.31 and [MS-FSCC] 2.3; undefined for one without structures. */
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
