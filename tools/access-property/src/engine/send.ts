import { type Codec, encode, securityDescriptor } from '@tsmbd/ms-dtyp';
import {
  allocationSize,
  Command,
  type CreateContext,
  closeRequest,
  closeResponse,
  createRequest,
  createResponse,
  eaBuffer,
  type FileId,
  FsctlCode,
  fileZeroDataInformation,
  ioctlRequest,
  ioctlResponse,
  type SetInfoRequest,
  setInfoRequest,
  setInfoResponse,
  srvCopychunkCopy,
  writeRequest,
  writeResponse,
} from '@tsmbd/smb2-codec';
import { createBody, SmbError, writeBody } from '@tsmbd/tool-smb-client';
import type { CreateStep, OpenStep } from '../case.ts';
import type { Seat } from './bench.ts';
import { eaList, fileInformation } from './file-information.ts';

/** The answer to a request. */
export interface Answer {
  readonly status: number;
  /** Present if a CREATE succeeded. */
  readonly fileId?: FileId | undefined;
}

export function sendCreate(step: CreateStep, seat: Seat): Promise<Answer> {
  const body = createBody(step.name, {
    desiredAccess: step.access,
    fileAttributes: step.attributes,
    createDisposition: step.disposition,
    createOptions: step.options,
    createContexts: contextsOf(step),
  });
  return send(Command.CREATE, createRequest, createResponse, body, seat);
}

function contextsOf({ secd, eas, allocation }: CreateStep): CreateContext[] {
  const contexts: CreateContext[] = [];
  if (secd !== undefined) contexts.push({ name: 'SecD', data: encode(securityDescriptor, secd) });
  if (eas !== undefined) contexts.push({ name: 'ExtA', data: encode(eaBuffer, { eas: eaList(eas) }) });
  if (allocation !== undefined) {
    contexts.push({ name: 'AlSi', data: encode(allocationSize, { allocationSize: BigInt(allocation) }) });
  }
  return contexts;
}

/** @param source FileId of the open that a copy reads from */
export function sendRequest(step: OpenStep, fileId: FileId, seat: Seat, source: FileId | undefined): Promise<Answer> {
  switch (step.do) {
    case 'close':
      return send(Command.CLOSE, closeRequest, closeResponse, { flags: 0, fileId }, seat);
    case 'write': {
      const body = writeBody(fileId, step.offset < 0 ? AT_END : BigInt(step.offset), Buffer.from(step.data));
      return send(Command.WRITE, writeRequest, writeResponse, body, seat);
    }
    case 'fsctl':
      return sendFsctl(fileId, step.code, Buffer.from(step.bytes, 'hex'), seat);
    case 'zero': {
      const range = { fileOffset: BigInt(step.from), beyondFinalZero: BigInt(step.to) };
      return sendFsctl(fileId, FsctlCode.SET_ZERO_DATA, encode(fileZeroDataInformation, range), seat);
    }
    case 'copy': {
      const chunks = [{ sourceOffset: 0n, targetOffset: 0n, length: step.length }];
      const input = encode(srvCopychunkCopy, { sourceKey: resumeKey(source ?? fileId), chunks });
      return sendFsctl(fileId, FsctlCode.SRV_COPYCHUNK_WRITE, input, seat);
    }
    default:
      return send(Command.SET_INFO, setInfoRequest, setInfoResponse, setInfoOf(step, fileId), seat);
  }
}

function setInfoOf(step: OpenStep, fileId: FileId): SetInfoRequest {
  if (step.do === 'security') {
    const buffer = encode(securityDescriptor, step.descriptor);
    return { infoType: SECURITY, fileInfoClass: 0, additionalInformation: step.parts, fileId, buffer };
  }
  if (step.do === 'set') {
    const { infoType, infoClass: fileInfoClass, parts: additionalInformation } = step;
    return { infoType, fileInfoClass, additionalInformation, fileId, buffer: Buffer.from(step.bytes, 'hex') };
  }
  const [fileInfoClass, buffer] = fileInformation(step);
  return { infoType: FILE, fileInfoClass, additionalInformation: 0, fileId, buffer };
}

function sendFsctl(fileId: FileId, ctlCode: number, input: Uint8Array, seat: Seat): Promise<Answer> {
  const body = { ctlCode, fileId, maxInputResponse: 0, maxOutputResponse: 4096, flags: 1, input, output: NOTHING };
  return send(Command.IOCTL, ioctlRequest, ioctlResponse, body, seat);
}

/** The key that FSCTL_SRV_REQUEST_RESUME_KEY of this server returns for an open. */
function resumeKey({ persistent, volatile }: FileId): Uint8Array {
  const key = Buffer.alloc(24);
  key.writeBigUInt64LE(persistent, 0);
  key.writeBigUInt64LE(volatile, 8);
  return key;
}

async function send<Q, R>(
  command: number,
  request: Codec<Q>,
  response: Codec<R>,
  body: Q,
  { client, treeId }: Seat,
): Promise<Answer> {
  try {
    const reply = await client.request(command, request, response, body, { treeId });
    return { status: 0, fileId: (reply.body as { fileId?: FileId } | undefined)?.fileId };
  } catch (error) {
    if (error instanceof SmbError) return { status: error.status };
    throw error;
  }
}

const NOTHING = new Uint8Array(0);
/** Offset that says "at the end", [MS-FSA] 2.1.5.4. */
const AT_END = 0xffff_ffff_ffff_ffffn;
/** InfoType, [MS-SMB2] 2.2.39. */
const FILE = 1;
const SECURITY = 3;
