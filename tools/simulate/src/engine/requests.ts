import { encode } from '@tsmbd/ms-dtyp';
import {
  Command,
  type CreateContext,
  changeNotifyRequest,
  changeNotifyResponse,
  closeRequest,
  closeResponse,
  createRequest,
  createResponse,
  durableHandleReconnect,
  durableHandleReconnectV2,
  durableHandleRequest,
  durableHandleRequestV2,
  FileInformationClass,
  fileDispositionInformation,
  fileEndOfFileInformation,
  fileRenameInformation,
  HeaderFlags,
  LockFlags,
  lockRequest,
  lockResponse,
  logoffRequest,
  logoffResponse,
  type OplockBreakRequest,
  oplockBreakRequest,
  oplockBreakResponse,
  setInfoRequest,
  setInfoResponse,
  treeDisconnectRequest,
  treeDisconnectResponse,
  writeRequest,
  writeResponse,
} from '@tsmbd/smb2-codec';
import { fail } from '../violation.ts';
import { createBody, leaseContext, lockBody, notifyBody, setInfoBody, writeBody } from './bodies.ts';
import { contextOf, guidOf, type KnownOpen, type SimClient } from './client.ts';
import type { CreateStep, LockStep, ReconnectStep } from './steps.ts';

const LEASE_OPLOCK = 0xff;
const PERSISTENT = 2;
const BODY = new TextEncoder().encode('some bytes');

/** CREATE; what is granted is added to `opens`. */
export function create(client: SimClient, step: CreateStep, opens: KnownOpen[]): void {
  const createGuid = guidOf(0x9, step.guid);
  const contexts: CreateContext[] = [];
  if (step.lease !== undefined) contexts.push(leaseContext(step.lease));
  if (step.durable === 'v1') contexts.push(contextOf('DHnQ', durableHandleRequest, {}));
  else if (step.durable !== undefined) {
    const flags = step.durable === 'persistent' ? PERSISTENT : 0;
    contexts.push(contextOf('DH2Q', durableHandleRequestV2, { timeoutMs: 0, flags, createGuid }));
  }
  const flags = step.replay ? HeaderFlags.REPLAY_OPERATION : 0;
  const body = createBody(step.name, {
    requestedOplockLevel: step.lease === undefined ? step.oplock : LEASE_OPLOCK,
    desiredAccess: step.access,
    shareAccess: step.share,
    createDisposition: step.disposition,
    createOptions: step.options,
    createContexts: contexts,
  });
  const { user, clientGuid, smb } = client;
  client.send(
    Command.CREATE,
    [createRequest, createResponse],
    body,
    ({ body: made }) => {
      const { fileId, oplockLevel, createContexts } = made!;
      const known = opens.find((open) => open.fileId.persistent === fileId.persistent);
      if (known !== undefined) {
        // A replay is answered with the open that the first one made. [MS-SMB2] 3.3.5.9.10
        if (step.replay === undefined) fail('a new CREATE was answered with an old open');
        cameBack(client, client.ifStill(smb), known, fileId);
        return;
      }
      const granted = createContexts.some((c) => c.name === (step.durable === 'v1' ? 'DHnQ' : 'DH2Q'));
      const lease =
        oplockLevel === LEASE_OPLOCK ? { key: guidOf(0xe, step.lease!.key), version: step.lease!.version } : undefined;
      const by = client.ifStill(smb);
      const durable = granted ? step.durable : undefined;
      opens.push({ user, clientGuid, name: step.name, lease, durable, createGuid, fileId, by, gone: false });
    },
    flags,
  );
}

/** A client comes back for an open, its own or not. [MS-SMB2] 3.3.5.9.7, 3.3.5.9.12 */
export function reconnect(client: SimClient, step: ReconnectStep, open: KnownOpen, opens: readonly KnownOpen[]): void {
  const contexts: CreateContext[] = [];
  if (open.lease !== undefined) {
    const key = step.wrong === 'lease' ? 99 : Number.parseInt(open.lease.key.slice(-12), 16);
    contexts.push(leaseContext({ key, state: 0, version: open.lease.version }));
  }
  const { fileId } = open;
  const { smb } = client;
  if (open.durable === 'v1') contexts.push(contextOf('DHnC', durableHandleReconnect, { fileId }));
  else {
    const createGuid = step.wrong === 'guid' ? guidOf(0x9, 0xbad) : open.createGuid;
    const flags = open.durable === 'persistent' ? PERSISTENT : 0;
    contexts.push(contextOf('DH2C', durableHandleReconnectV2, { fileId, createGuid, flags }));
  }
  const body = createBody(step.wrong === 'name' ? 'other' : open.name, {
    desiredAccess: 0,
    requestedOplockLevel: open.lease === undefined ? 9 : LEASE_OPLOCK,
    createContexts: contexts,
  });
  client.send(Command.CREATE, [createRequest, createResponse], body, ({ body: made }) => {
    if (step.wrong === 'lease' && open.lease !== undefined) fail('an open came back with another lease');
    if (step.wrong === 'guid' && open.durable !== 'v1') fail('an open came back by another CreateGuid');
    const { fileId: id } = made!;
    let found = open;
    if (id.persistent !== open.fileId.persistent) {
      // Of persistent opens the CreateGuid is as good a name, and a client may use one again. [MS-SMB2] 3.3.5.9.12
      const other = opens.find((known) => known.fileId.persistent === id.persistent);
      if (other?.durable !== 'persistent' || other.createGuid !== open.createGuid) fail('another open came back');
      if (other.clientGuid !== client.clientGuid) fail('an open of another client came back');
      found = other;
    }
    if (found.by !== undefined) fail('an open came back that somebody has');
    cameBack(client, client.ifStill(smb), found, id);
  });
}

function cameBack(client: SimClient, by: SimClient | undefined, open: KnownOpen, fileId: KnownOpen['fileId']): void {
  if (open.gone) fail(`the open of ${open.name} was over and came back`);
  if (open.user !== client.user) fail(`the open of ${open.user} came to ${client.user}`);
  if (open.lease !== undefined && open.clientGuid !== client.clientGuid) fail('a lease came to another client');
  open.by = by;
  open.clientGuid = client.clientGuid;
  open.fileId = fileId;
}

export function close(client: SimClient, open: KnownOpen): void {
  open.by = undefined;
  client.send(Command.CLOSE, [closeRequest, closeResponse], { flags: 1, fileId: open.fileId }, () => {
    open.gone = true;
  });
}

export function write(client: SimClient, { fileId }: KnownOpen): void {
  client.send(Command.WRITE, [writeRequest, writeResponse], writeBody(fileId, 0, BODY));
}

function setInfo(client: SimClient, { fileId }: KnownOpen, fileInfoClass: number, buffer: Uint8Array): void {
  client.send(Command.SET_INFO, [setInfoRequest, setInfoResponse], setInfoBody(fileId, fileInfoClass, buffer));
}

export function truncate(client: SimClient, open: KnownOpen): void {
  const buffer = encode(fileEndOfFileInformation, { endOfFile: 1n });
  setInfo(client, open, FileInformationClass.FileEndOfFileInformation, buffer);
}

export function setDisposition(client: SimClient, open: KnownOpen, deletePending: boolean): void {
  const buffer = encode(fileDispositionInformation, { deletePending });
  setInfo(client, open, FileInformationClass.FileDispositionInformation, buffer);
}

export function rename(client: SimClient, open: KnownOpen, to: string): void {
  const value = { replaceIfExists: true, rootDirectory: 0n, fileName: to };
  setInfo(client, open, FileInformationClass.FileRenameInformation, encode(fileRenameInformation, value));
}

/** Several ranges fail at once when one does. [MS-SMB2] 3.3.5.14.2 */
export function lock(client: SimClient, { fileId }: KnownOpen, step: LockStep): void {
  const locks = step.ranges.map(({ at, length, exclusive }) => ({
    at,
    length,
    flags:
      (exclusive ? LockFlags.EXCLUSIVE_LOCK : LockFlags.SHARED_LOCK) | (step.wait ? 0 : LockFlags.FAIL_IMMEDIATELY),
  }));
  client.send(Command.LOCK, [lockRequest, lockResponse], lockBody(fileId, locks));
}

export function unlock(client: SimClient, { fileId }: KnownOpen, at: number, length: number): void {
  client.send(Command.LOCK, [lockRequest, lockResponse], lockBody(fileId, [{ at, length, flags: LockFlags.UNLOCK }]));
}

export function notify(client: SimClient, { fileId }: KnownOpen, tree: boolean): void {
  client.send(Command.CHANGE_NOTIFY, [changeNotifyRequest, changeNotifyResponse], notifyBody(fileId, tree));
}

/** Answers a break. [MS-SMB2] 3.2.5.19 */
export function acknowledge(client: SimClient, index: number, how: 'right' | 'none' | 'more' | 'again'): void {
  const unanswered = client.breaks.filter((b) => (how === 'again' ? b.answers > 0 : b.answers === 0));
  const about = unanswered[index % (unanswered.length || 1)];
  if (about === undefined) return;
  about.answers++;
  const { told } = about;
  let body: OplockBreakRequest;
  if (told.kind === 'oplock') {
    body = { ...told, oplockLevel: how === 'none' ? 0 : how === 'more' ? 9 : told.oplockLevel };
  } else if (told.kind === 'lease-notification') {
    const leaseState = how === 'none' ? 0 : how === 'more' ? 7 : told.newLeaseState;
    body = { kind: 'lease', flags: 0, leaseKey: told.leaseKey, leaseState, leaseDuration: 0n };
  } else return;
  client.send(Command.OPLOCK_BREAK, [oplockBreakRequest, oplockBreakResponse], body);
}

export function logoff(client: SimClient): void {
  client.send(Command.LOGOFF, [logoffRequest, logoffResponse], {});
}

export function leaveTree(client: SimClient): void {
  client.send(Command.TREE_DISCONNECT, [treeDisconnectRequest, treeDisconnectResponse], {});
}
