import type { ByteRangeLock, LeaseState, LockRange, OpenState } from '@tsmbd/oplock-lease';
import type { VfsPath } from '@tsmbd/vfs-adapter';
import type { Identity } from '../config.ts';
import type { AppInstance, Durability, OpenLease } from '../model/index.ts';

/**
 * All that makes up a persistent Open, [MS-SMB2] 3.3.1.10, in the form in which it is kept while no
 * server runs.
 */
export interface PersistentRecord {
  /** FileId.Persistent. */
  readonly persistentId: bigint;
  readonly share: string;
  readonly path: VfsPath;
  /** The path to which the file was being renamed. */
  readonly nextPath?: VfsPath | undefined;
  /** The name to which the stream, not the file, was being renamed; '' makes it the file itself. */
  readonly nextStream?: string | undefined;
  /** Identity of the file. A different file with the same name has another identity. */
  readonly key: string;
  /** The named stream that was open. Absent when the file itself was open. */
  readonly stream?: string | undefined;
  readonly identity: Identity;
  readonly access: number;
  /** DesiredAccess of the CREATE; old records do not have it. */
  readonly desiredAccess?: number | undefined;
  readonly createOptions: number;
  readonly createAction: number;
  /** FILETIME. */
  readonly openedAt: bigint;
  readonly position: bigint;
  readonly mode: number;
  readonly durable: Durability;
  /** Open.AppInstanceId and its version; old records do not have it. */
  readonly appInstance?: AppInstance | undefined;
  readonly openLease: OpenLease | undefined;
  readonly state: OpenState;
  /** The file is deleted with its last open. */
  readonly deletePending: boolean;
  readonly lease: LeaseState | undefined;
  /** Only in old records. Locks are now stored beside the record, each by itself. */
  readonly locks?: readonly ByteRangeLock[] | undefined;
  /** Bytes of LockSequences; [] if there are none. */
  readonly lockSequences: readonly number[];
}

/** The name in the store of the locks of one range and kind. */
export function lockText({ offset, length, exclusive }: LockRange): string {
  return `${offset} ${length} ${exclusive ? 'x' : 's'}`;
}

/** Throws SyntaxError when the text names no locks. */
export function lockFrom(text: string): LockRange {
  const [, offset, length, kind] = /^(\d+) (\d+) ([xs])$/.exec(text) ?? [];
  if (offset === undefined || length === undefined) throw new SyntaxError('not the name of a lock');
  return { offset: BigInt(offset), length: BigInt(length), exclusive: kind === 'x' };
}

/** JSON in which a bigint is `{"$n": "12"}`. */
export function recordText(record: PersistentRecord): string {
  return JSON.stringify(record, (_key, value: unknown) => (typeof value === 'bigint' ? { $n: String(value) } : value));
}

/** Throws SyntaxError when the text is not a record. */
export function recordFrom(text: string): PersistentRecord {
  const value = JSON.parse(text, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && '$n' in item ? BigInt(item.$n as string) : item,
  ) as Partial<PersistentRecord> | null;
  const whole = value !== null && typeof value === 'object' && typeof value.persistentId === 'bigint';
  if (!whole || !Array.isArray(value.path) || value.state === undefined || value.durable === undefined) {
    throw new SyntaxError('not the record of a persistent open');
  }
  return value as PersistentRecord;
}
