/**
 * `lock-held.ts PORT SHARE FILE OFFSET LENGTH`: asks for a byte-range lock as user u1 and prints
 * `held` when somebody else has it, `free` when it was to be had. The other half of
 * survives-kill.sh.
 */
import {
  Command,
  CreateDisposition,
  createRequest,
  createResponse,
  LockFlags,
  lockRequest,
  lockResponse,
  NtStatus,
} from '@tsmbd/smb2-codec';
import { createBody, lockBody, SmbClient, SmbError } from '@tsmbd/tool-smb-client';

const [port = '', share = '', name = '', offset = '0', length = '1'] = process.argv.slice(2);
const client = await SmbClient.connect('127.0.0.1', Number(port));
await client.negotiate();
await client.logOn('u1', 'p1');
const treeId = await client.tree(share);
const created = await client.request(
  Command.CREATE,
  createRequest,
  createResponse,
  createBody(name, { desiredAccess: 0x0012_019f, createDisposition: CreateDisposition.OPEN }),
  { treeId },
);
const flags = LockFlags.EXCLUSIVE_LOCK | LockFlags.FAIL_IMMEDIATELY;
try {
  await client.request(
    Command.LOCK,
    lockRequest,
    lockResponse,
    lockBody(created.body!.fileId, [{ at: BigInt(offset), length: BigInt(length), flags }]),
    { treeId },
  );
  console.log('free');
} catch (error) {
  if (!(error instanceof SmbError) || error.status !== NtStatus.STATUS_LOCK_NOT_GRANTED) throw error;
  console.log('held');
}
client.close();
