import { encode } from '@tsmbd/ms-dtyp';
import {
  type ChangeNotifyRequest,
  type CreateContext,
  type FileId,
  FsctlCode,
  fileZeroDataInformation,
  type IoctlRequest,
  LeaseFlags,
  lease as leaseCodec,
  type QueryDirectoryRequest,
  type SetInfoRequest,
  srvCopychunkCopy,
} from '@tsmbd/smb2-codec';
import { contextOf, guidOf } from './client.ts';
import type { CreateStep } from './steps.ts';

export { createBody, lockBody, readBody, writeBody } from '@tsmbd/tool-smb-client';

/**
 * Bodies of requests as the simulator's clients send them. The caller gives what matters;
 * everything else has harmless values.
 */

const NOTHING = new Uint8Array(0);
const NULL_GUID = guidOf(0, 0).replaceAll(/[48]/g, '0');
const FILE_CLASSES = 1;
/** FileIdBothDirectoryInformation */
export const LIST_CLASS = 37;

export function leaseContext({ key, state, version, parent }: NonNullable<CreateStep['lease']>): CreateContext {
  return contextOf('RqLs', leaseCodec, {
    version,
    leaseKey: guidOf(0xe, key),
    leaseState: state,
    flags: parent === undefined ? 0 : LeaseFlags.PARENT_LEASE_KEY_SET,
    leaseDuration: 0n,
    parentLeaseKey: parent === undefined ? NULL_GUID : guidOf(0xe, parent),
    epoch: 0,
  });
}

export function setInfoBody(fileId: FileId, fileInfoClass: number, buffer: Uint8Array): SetInfoRequest {
  return { infoType: FILE_CLASSES, fileInfoClass, additionalInformation: 0, fileId, buffer };
}

export function listBody(fileId: FileId, flags: number): QueryDirectoryRequest {
  return {
    fileInformationClass: LIST_CLASS,
    flags,
    fileIndex: 0,
    fileId,
    outputBufferLength: 4096,
    searchPattern: '*',
  };
}

export function notifyBody(fileId: FileId, tree: boolean): ChangeNotifyRequest {
  return { flags: tree ? 1 : 0, outputBufferLength: 4096, fileId, completionFilter: 0xfff };
}

export function ioctlBody(fileId: FileId, ctlCode: number, input: Uint8Array): IoctlRequest {
  return { ctlCode, fileId, maxInputResponse: 0, maxOutputResponse: 4096, flags: 1, input, output: NOTHING };
}

export function zeroBody(fileId: FileId, from: number, to: number): IoctlRequest {
  const range = { fileOffset: BigInt(from), beyondFinalZero: BigInt(to) };
  return ioctlBody(fileId, FsctlCode.SET_ZERO_DATA, encode(fileZeroDataInformation, range));
}

/** Copies the first bytes of one file over those of another, [MS-SMB2] 3.3.5.15.6. */
export function copyBody(fileId: FileId, sourceKey: Uint8Array, length: number): IoctlRequest {
  const chunks = [{ sourceOffset: 0n, targetOffset: 0n, length }];
  return ioctlBody(fileId, FsctlCode.SRV_COPYCHUNK_WRITE, encode(srvCopychunkCopy, { sourceKey, chunks }));
}

/** The key that FSCTL_SRV_REQUEST_RESUME_KEY of this server returns for an open. */
export function sourceKeyOf({ persistent, volatile }: FileId): Uint8Array {
  const key = new Uint8Array(24);
  const view = new DataView(key.buffer);
  view.setBigUint64(0, persistent, true);
  view.setBigUint64(8, volatile, true);
  return key;
}
