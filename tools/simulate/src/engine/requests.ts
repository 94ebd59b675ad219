import { encode } from '@tsmbd/ms-dtyp';
import {
  Command,
  changeNotifyRequest,
  changeNotifyResponse,
  closeRequest,
  closeResponse,
  DispositionFlags,
  FileInformationClass,
  FsctlCode,
  fileDispositionInformation,
  fileDispositionInformationEx,
  fileLinkInformation,
  fileRenameInformation,
  flushRequest,
  flushResponse,
  ioctlRequest,
  ioctlResponse,
  LockFlags,
  lockRequest,
  lockResponse,
  logoffRequest,
  logoffResponse,
  NtStatus,
  networkResiliencyRequest,
  type OplockBreakRequest,
  oplockBreakRequest,
  oplockBreakResponse,
  setInfoRequest,
  setInfoResponse,
  treeDisconnectRequest,
  treeDisconnectResponse,
} from '@tsmbd/smb2-codec';
import { fail } from '../violation.ts';
import * as bodies from './bodies.ts';
import { rightsOf } from './caches.ts';
import type { Heard, KnownOpen, SimClient } from './client.ts';
import { flush } from './contents.ts';
import type { EngineRun } from './engine-run.ts';
import type { AcknowledgeStep, LockStep } from './steps.ts';

export const CLOSE = [closeRequest, closeResponse] as const;
const FLUSH = [flushRequest, flushResponse] as const;
const LOCK = [lockRequest, lockResponse] as const;
const RESILIENT_MS = 60_000;

/** FLUSH: the bytes are to be on stable storage. [MS-SMB2] 3.3.5.11 */
export function flushFile(client: SimClient, open: KnownOpen): void {
  client.send(Command.FLUSH, FLUSH, { reserved1: 0, fileId: open.fileId }, {});
}

/** Closes an open. Cached content that no other open of the client could write is written first. */
export function close(client: SimClient, open: KnownOpen, run: EngineRun): void {
  const send = (): void => {
    open.by = undefined;
    open.machine.forget(open);
    const done = (): void => {
      open.gone = true;
    };
    client.send(Command.CLOSE, CLOSE, { flags: 1, fileId: open.fileId }, { done });
  };
  open.closing = true;
  if (open.holding?.dirty === undefined || open.holding.opens.size > 1) {
    send();
    return;
  }
  flush(client, open, run, send);
}

export function setDisposition(client: SimClient, open: KnownOpen, deletePending: boolean): void {
  const buffer = encode(fileDispositionInformation, { deletePending });
  setInfo(client, open, FileInformationClass.FileDispositionInformation, buffer);
}

/**
 * The name is removed when this open closes, even if others have the file open. [MS-FSCC] 2.4.12
 */
export function deletePosix(client: SimClient, open: KnownOpen): void {
  const buffer = encode(fileDispositionInformationEx, {
    flags: DispositionFlags.DELETE | DispositionFlags.POSIX_SEMANTICS,
  });
  setInfo(client, open, FileInformationClass.FileDispositionInformationEx, buffer);
}

/** Gives the file another name, and replaces the file that has this name. */
export function link(client: SimClient, open: KnownOpen, to: string): void {
  const value = { replaceIfExists: true, rootDirectory: 0n, fileName: to };
  setInfo(client, open, FileInformationClass.FileLinkInformation, encode(fileLinkInformation, value));
}

export function rename(client: SimClient, open: KnownOpen, to: string): void {
  const value = { replaceIfExists: true, rootDirectory: 0n, fileName: to };
  setInfo(client, open, FileInformationClass.FileRenameInformation, encode(fileRenameInformation, value));
}

function setInfo(client: SimClient, { fileId }: KnownOpen, fileInfoClass: number, buffer: Uint8Array): void {
  const body = bodies.setInfoBody(fileId, fileInfoClass, buffer);
  client.send(Command.SET_INFO, [setInfoRequest, setInfoResponse], body);
}

/** If one of several ranges fails, all of them fail at once. [MS-SMB2] 3.3.5.14.2 */
export function lock(client: SimClient, open: KnownOpen, step: LockStep, run: EngineRun): void {
  const locks = step.ranges.map(({ at, length, exclusive }) => ({
    at,
    length,
    flags:
      (exclusive ? LockFlags.EXCLUSIVE_LOCK : LockFlags.SHARED_LOCK) | (step.wait ? 0 : LockFlags.FAIL_IMMEDIATELY),
  }));
  const { sequence } = step;
  if (sequence !== undefined) open.sequenced = undefined;
  // A LOCK that is sent before the open can outlive its connection is not counted.
  const isCounted = sequence !== undefined && open.durable !== undefined && !open.closing;
  const heard: Heard<unknown> = {
    done: () => {
      if (!isCounted) return;
      const repeat = (): void => lockAgain(open, () => bodies.lockBody(open.fileId, locks, sequence), run);
      open.sequenced = { ...sequence, repeat };
    },
  };
  client.send(Command.LOCK, LOCK, bodies.lockBody(open.fileId, locks, sequence), heard);
}

/**
 * The client has lost the answer to a LOCK and repeats it. The server must carry it out only once.
 * [MS-SMB2] 3.3.5.14
 */
function lockAgain(open: KnownOpen, body: () => ReturnType<typeof bodies.lockBody>, run: EngineRun): void {
  const client = open.by!;
  const before = run.locksOf(open);
  // Other requests that are under way may end or lock something, and an open that is not durable
  // does not count its locks.
  const isAlone = client.unanswered.size === 0 && open.durable !== undefined && client.dialect !== 0x0202;
  client.send(Command.LOCK, LOCK, body(), {
    done: () => {
      if (isAlone && run.locksOf(open) !== before) fail('a LOCK that was repeated was carried out again');
    },
    refused: (status) => {
      if (isAlone && status === NtStatus.STATUS_LOCK_NOT_GRANTED) fail('a LOCK that was repeated met itself');
    },
  });
}

export function unlock(client: SimClient, { fileId }: KnownOpen, at: number, length: number): void {
  client.send(Command.LOCK, LOCK, bodies.lockBody(fileId, [{ at, length, flags: LockFlags.UNLOCK }]));
}

export function notify(client: SimClient, { fileId }: KnownOpen, tree: boolean): void {
  client.send(Command.CHANGE_NOTIFY, [changeNotifyRequest, changeNotifyResponse], bodies.notifyBody(fileId, tree));
}

/** FSCTL_LMR_REQUEST_RESILIENCY, [MS-SMB2] 3.3.5.15.9 */
export function makeResilient(client: SimClient, open: KnownOpen, run: EngineRun): void {
  const input = encode(networkResiliencyRequest, { timeoutMs: RESILIENT_MS });
  const body = bodies.ioctlBody(open.fileId, FsctlCode.LMR_REQUEST_RESILIENCY, input);
  client.send(Command.IOCTL, [ioctlRequest, ioctlResponse], body, {
    done: () => {
      // From now on the open belongs to the user of the session. An open that was already durable
      // keeps its owner.
      if (open.durable === undefined) open.user = run.userOf(open) ?? client.as;
      if (open.durable !== 'persistent') open.durable = 'resilient';
    },
  });
}

/**
 * Answers a break. Content that the client may no longer keep unwritten is written first. [MS-SMB2]
 * 3.2.5.19
 */
export function acknowledge(client: SimClient, { index, how }: AcknowledgeStep, run: EngineRun): void {
  const unanswered = client.breaks.filter((b) => (how === 'again' ? b.answers > 0 : b.answers === 0));
  const about = unanswered[index % (unanswered.length || 1)];
  if (about === undefined) return;
  about.answers++;
  const { told } = about;
  let body: OplockBreakRequest;
  let open: KnownOpen | undefined;
  let keeps: number;
  if (told.kind === 'oplock') {
    body = { ...told, oplockLevel: how === 'none' ? 0 : how === 'more' ? 9 : told.oplockLevel };
    open = run.byFileId(told.fileId);
    keeps = rightsOf(body.oplockLevel);
  } else if (told.kind === 'lease-notification') {
    const leaseState = how === 'none' ? 0 : how === 'more' ? 7 : told.newLeaseState;
    body = { kind: 'lease', flags: 0, leaseKey: told.leaseKey, leaseState, leaseDuration: 0n };
    open = [...(client.machine.byLease(told.leaseKey)?.opens ?? [])].find(({ by }) => by === client);
    keeps = leaseState;
  } else return;
  const holding = open?.holding;
  const send = (): void => {
    if (holding !== undefined) client.machine.limit(holding, keeps);
    const tells = holding?.tells;
    client.send(Command.OPLOCK_BREAK, [oplockBreakRequest, oplockBreakResponse], body, {
      done: () => {
        if (holding !== undefined && holding.tells === tells) holding.breaking = false;
      },
    });
  };
  if (open === undefined || how === 'again') send();
  else flush(client, open, run, send);
}

export function logoff(client: SimClient): void {
  client.send(Command.LOGOFF, [logoffRequest, logoffResponse], {});
}

/**
 * Disconnects from the share, and so from all opens there. They are over when the server has
 * answered. [MS-SMB2] 3.3.5.8
 */
export function leaveTree(client: SimClient, opens: readonly KnownOpen[] = []): void {
  for (const open of opens) {
    open.by = undefined;
    open.closing = true;
    open.machine.forget(open);
  }
  client.send(
    Command.TREE_DISCONNECT,
    [treeDisconnectRequest, treeDisconnectResponse],
    {},
    {
      done: () => {
        for (const open of opens) open.gone = true;
      },
    },
  );
}
