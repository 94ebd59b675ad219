import type { ByteRangeLock, LeaseState, LockRange, OpenState } from '@tsmbd/oplock-lease';
import type { VfsPath } from '@tsmbd/vfs-adapter';
import type { Identity } from '../config.ts';
import type { AppInstance, Durability, OpenLease } from '../model/index.ts';

/** All that makes a persistent Open up, [MS-SMB2] 3.3.1.10, as it is kept while no server runs. */
export interface PersistentRecord {
  /** FileId.Persistent. */
  readonly persistentId: bigint;
  readonly share: string;
  readonly path: VfsPath;
  /** Where the file was being renamed to. */
  readonly nextPath?: VfsPath | undefined;
  /** What the stream was being called instead; '' for the file itself. */
  readonly nextStream?: string | undefined;
  /** Identity of the file: another one under its name is not this one. */
  readonly key: string;
  /** The named stream that was open; of the file itself in records without. */
  readonly stream?: string | undefined;
  readonly identity: Identity;
  readonly access: number;
  /** DesiredAccess of the CREATE; not in old records. */
  readonly desiredAccess?: number | undefined;
  readonly createOptions: number;
  readonly createAction: number;
  /** FILETIME. */
  readonly openedAt: bigint;
  readonly position: bigint;
  readonly mode: number;
  readonly durable: Durability;
  /** Open.AppInstanceId and its version; not in old records. */
  readonly appInstance?: AppInstance | undefined;
  readonly openLease: OpenLease | undefined;
  readonly state: OpenState;
  /** The file goes with its last open. */
  readonly deletePending: boolean;
  readonly lease: LeaseState | undefined;
  /** In old records: by now they are kept beside it, each by itself. */
  readonly locks?: readonly ByteRangeLock[] | undefined;
  /** Bytes of LockSequences; [] for none. */
  readonly lockSequences: readonly number[];
}

/** How the locks of a range and kind are named in the store. */
export function lockText({ offset, length, exclusive }: LockRange): string {
  return `${offset} ${length} ${exclusive ? 'x' : 's'}`;
}

/** Throws SyntaxError for what names no locks. */
export function lockFrom(text: string): LockRange {
  const [, offset, length, kind] = /^(\d+) (\d+) ([xs])$/.exec(text) ?? [];
  if (offset === undefined || length === undefined) throw new SyntaxError('not the name of a lock');
  return { offset: BigInt(offset), length: BigInt(length), exclusive: kind === 'x' };
}

/** JSON in which a bigint is `{"$n": "12"}`. */
export function recordText(record: PersistentRecord): string {
  return JSON.stringify(record, (_key, value: unknown) => (typeof value === 'bigint' ? { $n: String(value) } : value));
}

/** Throws SyntaxError for what is no record. */
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
