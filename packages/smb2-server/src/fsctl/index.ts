/*
 * The control codes of IOCTL, and the test hooks of smbtorture. It may use all rooms about files,
 * and create for pipes.
 */

export { copyChunk, requestResumeKey } from './copy-chunk.ts';
export { duplicateExtents } from './duplicate-extents.ts';
export { getCompression, setCompression } from './file-compression.ts';
export { queryFileRegions } from './file-regions.ts';
export { getIntegrity, setIntegrity } from './integrity.ts';
export { networkInterfaces, validateNegotiateInfo } from './negotiate.ts';
export { createOrGetObjectId } from './object-id.ts';
export { pipePeek, pipeTransceive, pipeWait } from './pipe.ts';
export { getReparsePoint } from './reparse-point.ts';
export { requestResiliency } from './resiliency.ts';
export { enumerateSnapshots } from './snapshots.ts';
export { queryAllocatedRanges, setSparse, setZeroData } from './sparse.ts';
export { TORTURE } from './torture.ts';
export { trimFile } from './trim.ts';
