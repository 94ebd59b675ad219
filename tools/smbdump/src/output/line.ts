import { AccessMask } from '@tsmbd/ms-dtyp';
import {
  type Body,
  CreateAction,
  CreateContextName,
  CreateDisposition,
  CreateOptions,
  decodeCreateContext,
  FileInformationClass,
  FsctlCode,
  FsInformationClass,
  InfoType,
  LeaseState,
  lease,
  OplockLevel,
  ShareAccess,
} from '@tsmbd/smb2-codec';
import type { Pdu } from '../track/pdu.ts';
import { bodyOf } from './body.ts';
import { commandText, durationText, flagsText, nameOf, printable, quoted, statusText } from './text.ts';

/**
 * A PDU as one line: packet, seconds since the capture's first packet, conversation, direction, command, status and
 * latency of a response, and what it is about.
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

/** Encrypted, compressed, and what became of the signature. */
const SIGNATURE_MARK = { none: '', unchecked: 's', good: 'S', bad: 'BAD SIGNATURE' } as const;

/** What a PDU is about, in a few words. */
export function aboutOf(pdu: Pdu): string {
  if (pdu.kind === 'sealed' || pdu.kind === 'compressed') {
    return `${pdu.length} bytes${pdu.session === undefined ? '' : ` session ${pdu.session.id}`}`;
  }
  const body = bodyOf(pdu);
  const words = [];
  if (pdu.open !== undefined && pdu.header?.command !== 3) words.push(quoted(pdu.open.name ?? '?'));
  if (body !== undefined) words.push(...detailsOf(body, pdu));
  else if (pdu.kind === 'smb2') words.push(`${pdu.length} bytes`);
  return words.filter((word) => word !== '').join(' ');
}

function detailsOf(body: Body, { request, tree, session }: Pdu): string[] {
  if (body.kind === 'error' || body.kind === 'unknown') return [];
  const isRequest = body.kind === 'request';
  switch (body.command) {
    case 'NEGOTIATE':
      if (isRequest) return [body.value.dialects.map((dialect) => dialect.toString(16)).join(',')];
      return [`dialect ${body.value.dialectRevision.toString(16)}`];
    case 'SESSION_SETUP':
      return isRequest
        ? []
        : [printable(session?.user ?? ''), session?.mechanism ?? '', `session ${session?.id ?? '?'}`];
    case 'TREE_CONNECT':
      return [quoted(tree?.path ?? '?'), isRequest ? '' : `tree ${tree?.id ?? '?'}`];
    case 'TREE_DISCONNECT':
      return [quoted(tree?.path ?? '?')];
    case 'CREATE':
      return isRequest ? createRequestWords(body.value) : createResponseWords(body.value);
    case 'READ':
    case 'WRITE':
      return request === undefined ? [] : [`${request.ioLength} bytes at ${request.ioOffset}`, ...doneOf(body)];
    case 'IOCTL':
      return [nameOf(body.value.ctlCode, FsctlCode)];
    case 'QUERY_INFO':
    case 'SET_INFO':
      return request === undefined ? [] : [informationName(request.infoType, request.infoClass)];
    case 'QUERY_DIRECTORY':
      if (request === undefined) return [];
      return [
        nameOf(request.infoClass, FileInformationClass),
        isRequest ? quoted(body.value.searchPattern) : `${body.value.buffer.length} bytes`,
      ];
    case 'LOCK':
      return isRequest ? [`${body.value.locks.length} ranges`] : [];
    case 'OPLOCK_BREAK':
      if (body.value.kind === 'oplock') return [`to ${nameOf(body.value.oplockLevel, OplockLevel)}`];
      if (body.value.kind === 'lease') return [`to ${leaseText(body.value.leaseState)}`, body.value.leaseKey];
      return [
        `${leaseText(body.value.currentLeaseState)} to ${leaseText(body.value.newLeaseState)}`,
        body.value.leaseKey,
      ];
    default:
      return [];
  }
}

function createRequestWords(value: Extract<Body, { kind: 'request'; command: 'CREATE' }>['value']): string[] {
  const wanted = decodeLease(value.createContexts);
  return [
    nameOf(value.createDisposition, CreateDisposition),
    `access ${flagsText(value.desiredAccess, AccessMask)}`,
    `share ${flagsText(value.shareAccess, ShareAccess)}`,
    value.createOptions === 0 ? '' : `options ${flagsText(value.createOptions, CreateOptions)}`,
    wanted === undefined ? oplockWord(value.requestedOplockLevel) : `lease ${leaseText(wanted.leaseState)}`,
  ];
}

function createResponseWords(value: Extract<Body, { kind: 'response'; command: 'CREATE' }>['value']): string[] {
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
  } catch {
    return undefined;
  }
}

function oplockWord(level: number): string {
  return level === OplockLevel.NONE ? '' : `oplock ${nameOf(level, OplockLevel)}`;
}

/** How many bytes a WRITE Response says were written, when it is not what was asked. */
function doneOf(body: Body): string[] {
  if (body.kind !== 'response') return [];
  if (body.command === 'WRITE') return [`${body.value.count} written`];
  return body.command === 'READ' ? [`${body.value.data.length} read`] : [];
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
