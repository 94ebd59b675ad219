import { CodecError } from '@tsmbd/ms-dtyp';
import { NtStatus } from '@tsmbd/smb2-codec';
import { VfsError, type VfsErrorCode, type VfsHandle } from '@tsmbd/vfs-adapter';

/** Kinds of rules that deny access. */
export type DenyingRule =
  | 'host list'
  | 'guests'
  | 'user lists'
  | 'read-only share'
  | 'share descriptor'
  | 'security descriptor'
  | 'permission bits'
  | 'POSIX ACL'
  | 'attribute'
  | 'veto files'
  | 'privilege'
  | 'share mode'
  | 'deletion'
  | 'system';

/** Where something is, for a command that changes who may use it. */
export interface DeniedPlace {
  readonly share: string;
  /** On this machine's disk. */
  readonly local: string;
  /** Below the share, separated by `\\`. */
  readonly remote: string;
  readonly user: string;
}

/** Why access was denied, for people. */
export interface Denial {
  readonly rule: DenyingRule;
  /** What decided: a sentence without its first capital and full stop. */
  readonly because: string;
  /** What changes it: a command, or a setting. */
  readonly remedy?: (place: DeniedPlace) => string;
}

/**
 * A refusal that the specification describes. The client sees `status`; the reason goes to the log.
 */
export class StatusError extends Error {
  readonly status: number;
  /** The rule that denied access, if that is what happened. */
  readonly denial: Denial | undefined;

  constructor(status: number, reason: string, options?: ErrorOptions & { readonly denial?: Denial }) {
    super(reason, options);
    this.name = 'StatusError';
    this.status = status;
    this.denial = options?.denial;
  }
}

/** The connection cannot go on. It is closed and the reason is logged. */
export class DisconnectError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'DisconnectError';
  }
}

/**
 * The state of the file that a request is about lives at another worker: the request has to be
 * carried out there. Never reaches a client.
 */
export class HomedElsewhere extends Error {
  readonly worker: number;
  /** What the CREATE had opened or made when it found out. */
  found: FoundElsewhere | undefined;

  constructor(worker: number) {
    super(`the file's home is worker ${worker}`);
    this.name = 'HomedElsewhere';
    this.worker = worker;
  }
}

/** What a CREATE had opened when it found that another worker is the file's home. */
export interface FoundElsewhere {
  /** Open. Whoever catches the error closes it. */
  readonly handle: VfsHandle;
  /** The CREATE made the file, and it is the home's to say so to the client. */
  readonly created: boolean;
}

/**
 * The status that the client gets for each error code of a back end, [MS-FSA] 2.1.5 and [MS-ERREF]
 * 2.3.
 */
const VFS_STATUS: Readonly<Record<VfsErrorCode, number>> = {
  'not-found': NtStatus.STATUS_OBJECT_NAME_NOT_FOUND,
  'path-not-found': NtStatus.STATUS_OBJECT_PATH_NOT_FOUND,
  exists: NtStatus.STATUS_OBJECT_NAME_COLLISION,
  'is-directory': NtStatus.STATUS_FILE_IS_A_DIRECTORY,
  'not-directory': NtStatus.STATUS_NOT_A_DIRECTORY,
  'not-empty': NtStatus.STATUS_DIRECTORY_NOT_EMPTY,
  'access-denied': NtStatus.STATUS_ACCESS_DENIED,
  'read-only': NtStatus.STATUS_MEDIA_WRITE_PROTECTED,
  'no-space': NtStatus.STATUS_DISK_FULL,
  quota: NtStatus.STATUS_DISK_FULL,
  'too-large': NtStatus.STATUS_DISK_FULL,
  'invalid-name': NtStatus.STATUS_OBJECT_NAME_INVALID,
  'name-too-long': NtStatus.STATUS_OBJECT_NAME_INVALID,
  symlink: NtStatus.STATUS_OBJECT_NAME_NOT_FOUND,
  'cross-device': NtStatus.STATUS_NOT_SAME_DEVICE,
  'too-many-open': NtStatus.STATUS_TOO_MANY_OPENED_FILES,
  'no-memory': NtStatus.STATUS_INSUFFICIENT_RESOURCES,
  'no-ea': NtStatus.STATUS_NO_EAS_ON_FILE,
  'ea-too-large': NtStatus.STATUS_EA_TOO_LARGE,
  'not-supported': NtStatus.STATUS_NOT_SUPPORTED,
  invalid: NtStatus.STATUS_INVALID_PARAMETER,
  busy: NtStatus.STATUS_SHARING_VIOLATION,
  io: NtStatus.STATUS_UNEXPECTED_IO_ERROR,
};

/**
 * The rule that denied access, if that is what the error is about. What the system denied, it
 * denied to the user of the system for whom the call was made.
 */
export function denialOf(error: unknown): Denial | undefined {
  if (error instanceof StatusError) return error.denial;
  if (!(error instanceof VfsError) || (error.code !== 'access-denied' && error.code !== 'read-only')) return undefined;
  const detail = error.cause instanceof Error ? error.cause.message : error.code;
  return {
    rule: 'system',
    because: `the system denied it (${detail})`,
    remedy: ({ local }) => `look at the modes on the way: namei -l '${local}'`,
  };
}

/**
 * Whether an error is a refusal: by the specification, by the back end, or of malformed bytes. Any
 * other error is a bug. It is passed on to where bugs are logged, even if the caller handles
 * refusals itself.
 */
export function isRefusal(error: unknown): boolean {
  return error instanceof StatusError || error instanceof VfsError || error instanceof CodecError;
}

/**
 * The status for any error that a handler threw. STATUS_INTERNAL_ERROR means a bug of the server;
 * `unexpected` is then true and the caller logs the stack.
 */
export function statusOf(error: unknown): { status: number; unexpected: boolean } {
  if (error instanceof StatusError) return { status: error.status, unexpected: false };
  if (error instanceof VfsError) return { status: VFS_STATUS[error.code], unexpected: false };
  // [MS-SMB2] 3.3.5.2.6: a body that is not the structure of section 2.
  if (error instanceof CodecError) return { status: NtStatus.STATUS_INVALID_PARAMETER, unexpected: false };
  return { status: NtStatus.STATUS_INTERNAL_ERROR, unexpected: true };
}
