import { AccessMask, CodecError, FileAccess } from '@tsmbd/ms-dtyp';
import {
  CreateAction,
  CreateContextName,
  CreateDisposition,
  CreateOptions,
  type CreateRequest,
  type CreateResponse,
  type DissectedPdu,
  decodeCreateContext,
  FileInformationClass,
  FsctlCode,
  FsInformationClass,
  InfoType,
  LeaseState,
  lease,
  type OplockBreakResponse,
  OplockLevel,
  ShareAccess,
  SMB1_NO_DIALECT,
} from '@tsmbd/smb2-codec';
import type { Pdu } from '../track/pdu.ts';
import { dissectPdu } from './body.ts';
import { commandText, durationText, flagsText, nameOf, printable, quoted, statusText } from './text.ts';

/**
 * A PDU as one line: packet, seconds since the capture's first packet, conversation, direction,
 * command, status and latency of a response, and what it is about.
 */
export function lineOf(pdu: Pdu, firstUs: number): string {
  const seconds = ((pdu.timeUs - firstUs) / 1e6).toFixed(6);
  const part = pdu.elements > 1 ? `[${pdu.element + 1}/${pdu.elements}]` : '';
  const marks = `${pdu.sealed ? 'E' : ''}${pdu.compressed ? 'C' : ''}${SIGNATURE_MARK[pdu.signature]}`;
  const words = [
    String(pdu.frame).padStart(6),
    seconds.padStart(11),
    `#${pdu.conversation.index}`.padEnd(3),
    pdu.fromClient ? '->' : '<-',
    `${commandText(pdu)}${part}`.padEnd(15),
  ];
  if (marks !== '') words.push(`{${marks}}`);
  const status = statusText(pdu);
  if (status !== undefined) words.push(status.replace(/^STATUS_/, ''));
  if (pdu.latencyUs !== undefined) words.push(durationText(pdu.latencyUs));
  const about = aboutOf(pdu);
  if (about !== '') words.push(about);
  if (pdu.problem !== undefined) words.push(`(${printable(pdu.problem)})`);
  return words.join(' ');
}

/** Rights of files by name, all of them together first. */
const ACCESS_NAMES = {
  ALL: FileAccess.ALL,
  READ_DATA: FileAccess.READ_DATA,
  WRITE_DATA: FileAccess.WRITE_DATA,
  APPEND_DATA: FileAccess.APPEND_DATA,
  READ_EA: FileAccess.READ_EA,
  WRITE_EA: FileAccess.WRITE_EA,
  EXECUTE: FileAccess.EXECUTE,
  DELETE_CHILD: FileAccess.DELETE_CHILD,
  READ_ATTRIBUTES: FileAccess.READ_ATTRIBUTES,
  WRITE_ATTRIBUTES: FileAccess.WRITE_ATTRIBUTES,
  ...AccessMask,
} as const;

/** Encrypted, compressed, and what became of the signature. */
const SIGNATURE_MARK = { none: '', unchecked: 's', good: 'S', bad: 'BAD SIGNATURE' } as const;

/** What a PDU is about, in a few words. */
export function aboutOf(pdu: Pdu): string {
  if (pdu.kind === 'sealed' || pdu.kind === 'compressed') {
    return `${pdu.length} bytes${pdu.session === undefined ? '' : ` session ${pdu.session.id}`}`;
  }
  const dissected = dissectPdu(pdu);
  const words = [];
  if (pdu.open !== undefined && pdu.header?.command !== 3) words.push(quoted(pdu.open.name ?? '?'));
  words.push(...detailsOf(dissected, pdu));
  const [problem] = dissected.problems;
  if (problem !== undefined && pdu.problem === undefined) words.push(`(${printable(problem.message)})`);
  return words.filter((word) => word !== '').join(' ');
}

function detailsOf(dissected: DissectedPdu, pdu: Pdu): string[] {
  if (dissected.body === undefined) return [];
  if (dissected.kind === 'request') return requestWords(dissected, pdu);
  if (dissected.kind === 'smb1') return smb1Words(dissected);
  return dissected.kind === 'response' ? responseWords(dissected, pdu) : [];
}

/** Of SMB1 only the NEGOTIATE is decoded. */
function smb1Words(dissected: DissectedPdu & { readonly kind: 'smb1' }): string[] {
  if (dissected.form === 'not-decoded') return ['SMB1, not decoded'];
  if (dissected.form === 'negotiate-request') {
    return [printable((dissected.body?.dialects ?? []).map((dialect) => `"${dialect}"`).join(','))];
  }
  const { dialectIndex, ntLm } = dissected.body ?? {};
  if (dialectIndex === undefined || dialectIndex === SMB1_NO_DIALECT) return ['no dialect'];
  return [`dialect ${dialectIndex} of those offered`, ntLm?.extended === undefined ? '' : 'extended security'];
}

function requestWords({ command, body }: DissectedPdu & { readonly kind: 'request' }, pdu: Pdu): string[] {
  const { request, tree } = pdu;
  if (body === undefined) return [];
  switch (command) {
    case 'NEGOTIATE':
      return [body.dialects.map((dialect) => dialect.toString(16)).join(',')];
    case 'TREE_CONNECT':
    case 'TREE_DISCONNECT':
      return [quoted(tree?.path ?? '?')];
    case 'CREATE':
      return createRequestWords(body);
    case 'READ':
    case 'WRITE':
      return request === undefined ? [] : [`${request.ioLength} bytes at ${request.ioOffset}`];
    case 'IOCTL':
      return [nameOf(body.ctlCode, FsctlCode)];
    case 'QUERY_INFO':
    case 'SET_INFO':
      return request === undefined ? [] : [informationName(request.infoType, request.infoClass)];
    case 'QUERY_DIRECTORY':
      return [nameOf(body.fileInformationClass, FileInformationClass), quoted(body.searchPattern)];
    case 'LOCK':
      return [`${body.locks.length} ranges`];
    case 'OPLOCK_BREAK':
      return breakWords(body);
    default:
      return [];
  }
}

function responseWords({ command, body }: DissectedPdu & { readonly kind: 'response' }, pdu: Pdu): string[] {
  const { request, tree, session } = pdu;
  if (body === undefined) return [];
  switch (command) {
    case 'NEGOTIATE':
      return [`dialect ${body.dialectRevision.toString(16)}`];
    case 'SESSION_SETUP':
      return [printable(session?.user ?? ''), session?.mechanism ?? '', `session ${session?.id ?? '?'}`];
    case 'TREE_CONNECT':
      return [quoted(tree?.path ?? '?'), `tree ${tree?.id ?? '?'}`];
    case 'TREE_DISCONNECT':
      return [quoted(tree?.path ?? '?')];
    case 'CREATE':
      return createResponseWords(body);
    case 'READ':
      return [ioText(pdu), `${body.data.length} read`];
    case 'WRITE':
      return [ioText(pdu), `${body.count} written`];
    case 'IOCTL':
      return [nameOf(body.ctlCode, FsctlCode)];
    case 'QUERY_INFO':
    case 'SET_INFO':
      return request === undefined ? [] : [informationName(request.infoType, request.infoClass)];
    case 'QUERY_DIRECTORY':
      return request === undefined
        ? []
        : [nameOf(request.infoClass, FileInformationClass), `${body.buffer.length} bytes`];
    case 'OPLOCK_BREAK':
      return breakWords(body);
    default:
      return [];
  }
}

function ioText({ request }: Pdu): string {
  return request === undefined ? '' : `${request.ioLength} bytes at ${request.ioOffset}:`;
}

function breakWords(body: OplockBreakResponse): string[] {
  if (body.kind === 'oplock') return [`to ${nameOf(body.oplockLevel, OplockLevel)}`];
  if (body.kind === 'lease') return [`to ${leaseText(body.leaseState)}`, body.leaseKey];
  return [`${leaseText(body.currentLeaseState)} to ${leaseText(body.newLeaseState)}`, body.leaseKey];
}

function createRequestWords(value: CreateRequest): string[] {
  const wanted = decodeLease(value.createContexts);
  return [
    nameOf(value.createDisposition, CreateDisposition),
    `access ${flagsText(value.desiredAccess, ACCESS_NAMES)}`,
    `share ${flagsText(value.shareAccess, ShareAccess)}`,
    value.createOptions === 0 ? '' : `options ${flagsText(value.createOptions, CreateOptions)}`,
    wanted === undefined ? oplockWord(value.requestedOplockLevel) : `lease ${leaseText(wanted.leaseState)}`,
  ];
}

function createResponseWords(value: CreateResponse): string[] {
  const granted = decodeLease(value.createContexts);
  return [
    nameOf(value.createAction, CreateAction),
    `${value.endOfFile} bytes`,
    granted === undefined ? oplockWord(value.oplockLevel) : `lease ${leaseText(granted.leaseState)}`,
  ];
}

function decodeLease(contexts: Parameters<typeof decodeCreateContext>[0]) {
  try {
    return decodeCreateContext(contexts, CreateContextName.REQUEST_LEASE, lease);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return undefined;
  }
}

function oplockWord(level: number): string {
  return level === OplockLevel.NONE ? '' : `oplock ${nameOf(level, OplockLevel)}`;
}

/** RWH as Windows people write it. */
export function leaseText(state: number): string {
  const letters =
    ((state & LeaseState.READ_CACHING) === 0 ? '' : 'R') +
    ((state & LeaseState.WRITE_CACHING) === 0 ? '' : 'W') +
    ((state & LeaseState.HANDLE_CACHING) === 0 ? '' : 'H');
  return letters === '' ? 'none' : letters;
}

/** Name of an information class, or of what else was asked for. */
export function informationName(infoType: number, infoClass: number): string {
  const names = infoType === InfoType.FILE ? FileInformationClass : FsInformationClass;
  if (infoType === InfoType.FILE || infoType === InfoType.FILESYSTEM) {
    for (const [name, known] of Object.entries(names)) if (known === infoClass) return name;
    return `class ${infoClass}`;
  }
  return nameOf(infoType, InfoType);
}
