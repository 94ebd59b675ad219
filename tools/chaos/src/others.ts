import { CreateDisposition, type FileId, NtStatus } from '@tsmbd/smb2-codec';
import { SmbError } from '@tsmbd/tool-smb-client';
import { Connection, Gone } from './connection.ts';
import type { HeldRange } from './holder.ts';

const RIVAL = 'd1d1d1d1-0000-4000-8000-000000000000';
const READ_WRITE = 0x0012_019f;
const PATIENCE_MS = 30_000;

/**
 * A client that opens the holders' files all the time, which breaks their leases, until `enough`.
 * Throws if something is wrong.
 */
export async function rival(
  port: number,
  pick: () => string,
  enough: () => boolean,
): Promise<{ opened: number; told: number }> {
  const counts = { opened: 0, told: 0 };
  let connection: Connection | undefined;
  while (!enough()) {
    try {
      connection ??= await Connection.open(port, RIVAL, PATIENCE_MS);
      const open = await openShared(connection, pick());
      if (open === undefined) counts.told++;
      else {
        counts.opened++;
        await connection.close(open);
      }
    } catch (error) {
      if (!(error instanceof Gone)) throw error;
      connection?.end();
      connection = undefined;
    }
  }
  connection?.end();
  return counts;
}

/** Undefined if the file is kept for a holder who is away, or if nobody has made the file yet. */
async function openShared(connection: Connection, name: string): Promise<FileId | undefined> {
  try {
    const wanted = { desiredAccess: READ_WRITE, createDisposition: CreateDisposition.OPEN };
    return (await connection.create(name, wanted)).fileId;
  } catch (error) {
    if (error instanceof SmbError && MAY_BE.has(error.status)) return undefined;
    throw error;
  }
}

// [MS-SMB2] 3.3.5.9: FILE_NOT_AVAILABLE for a file that is reserved.
const MAY_BE: ReadonlySet<number> = new Set([
  NtStatus.STATUS_FILE_NOT_AVAILABLE,
  NtStatus.STATUS_OBJECT_NAME_NOT_FOUND,
]);

/**
 * Asks for every range of a file as another client: a locked range must be refused, and a free
 * range must be granted.
 */
export async function checkLocks(port: number, name: string, ranges: readonly HeldRange[]): Promise<void> {
  const connection = await Connection.open(port, RIVAL, PATIENCE_MS);
  const fileId = await openShared(connection, name);
  if (fileId === undefined) throw new Error(`${name} cannot be opened beside its holder`);
  for (const range of ranges) {
    const granted = await connection.lock(fileId, range, false).then(
      () => true,
      (error: Error) => {
        if (error instanceof SmbError && error.status === NtStatus.STATUS_LOCK_NOT_GRANTED) return false;
        throw error;
      },
    );
    if (granted === range.locked) {
      throw new Error(`${name}: the range at ${range.at} is ${granted ? 'free' : 'locked'} and should not be`);
    }
    if (granted) await connection.lock(fileId, range, true);
  }
  await connection.close(fileId);
  connection.end();
}

/** Nobody has the file open any more, so it can be opened without sharing. */
export async function checkFree(port: number, name: string): Promise<void> {
  const connection = await Connection.open(port, RIVAL, PATIENCE_MS);
  const { fileId } = await connection.create(name, { shareAccess: 0, createDisposition: CreateDisposition.OPEN });
  await connection.close(fileId);
  connection.end();
}
