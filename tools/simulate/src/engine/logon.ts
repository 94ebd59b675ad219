import {
  ANY_FILE_ID,
  Command,
  EMPTY_BODY,
  type FileId,
  LockFlags,
  lockRequest,
  lockResponse,
  NtStatus,
  ntStatusName,
  readRequest,
  readResponse,
  sessionSetupRequest,
  sessionSetupResponse,
  treeConnectRequest,
  treeConnectResponse,
  treeDisconnectRequest,
  treeDisconnectResponse,
  writeRequest,
  writeResponse,
} from '@tsmbd/smb2-codec';
import { Logon, type Reply, type SmbClient, SmbError } from '@tsmbd/tool-smb-client';
import { fail } from '../violation.ts';
import * as bodies from './bodies.ts';
import { guidOf, type SimClient } from './client.ts';
import type { EngineRun } from './engine-run.ts';
import { CREATE } from './opening.ts';
import { CLOSE } from './requests.ts';
import type { UserName } from './steps.ts';

/** A name that must never be made. */
export const NEVER_MADE = 'between';
const { STATUS_MORE_PROCESSING_REQUIRED, STATUS_SUCCESS, STATUS_USER_SESSION_DELETED } = NtStatus;

/**
 * The client authenticates again on its session, as another user or as the anonymous user.
 * [MS-SMB2] 3.3.5.5.2
 *
 * @param between sends something when the first leg has been answered: the session then still
 *   belongs to its first user
 */
export async function renew(client: SimClient, user: UserName, between: () => void): Promise<void> {
  const smb = client.smb!;
  const logon = logonOf(smb, user);
  const first = await leg(smb, logon.spnego.start(), STATUS_MORE_PROCESSING_REQUIRED);
  between();
  await secondLeg(smb, logon, first);
  client.as = user;
}

/**
 * A client that is between the two legs of its logon sends requests that need a logon. Each must be
 * refused, and nothing may be made. Then the client finishes its logon, or leaves. [MS-SMB2]
 * 3.3.5.2.9
 *
 * @param known a file that somebody else has open
 */
export async function askBetweenLegs(run: EngineRun, known: FileId | undefined, finishes: boolean): Promise<void> {
  const smb = run.world.connect({ clientGuid: guidOf(0xd, 1), sign: false });
  await smb.negotiate();
  const logon = logonOf(smb, 'alice');
  const first = await leg(smb, logon.spnego.start(), STATUS_MORE_PROCESSING_REQUIRED);
  smb.sessionId = first.header.sessionId;
  for (const [what, ask] of requestsOf(smb, known ?? ANY_FILE_ID)) {
    const status = await statusOf(ask());
    if (status !== STATUS_USER_SESSION_DELETED) fail(`${what} between the legs of a logon: ${ntStatusName(status)}`);
  }
  if (run.world.session(smb.sessionId)?.trees.size !== 0) fail('a session that is half made has a tree');
  if (finishes) {
    await secondLeg(smb, logon, first);
    if (run.world.session(smb.sessionId)?.identity?.name !== 'alice') fail('a logon that does not end');
  }
  smb.close();
}

type Ask = () => Promise<Reply<unknown>>;

/** One request of each kind, with ids that belong to others. */
function requestsOf(smb: SmbClient, fileId: FileId): [string, Ask][] {
  const tree = { treeId: 1 };
  const path = { flags: 0, path: '\\\\127.0.0.1\\share', contexts: [] };
  const lock = bodies.lockBody(fileId, [{ at: 0, length: 1, flags: LockFlags.EXCLUSIVE_LOCK }]);
  const bytes = new TextEncoder().encode(NEVER_MADE);
  const write = bodies.writeBody(fileId, 0, bytes);
  return [
    ['TREE_CONNECT', () => smb.request(Command.TREE_CONNECT, treeConnectRequest, treeConnectResponse, path as never)],
    ['CREATE', () => smb.request(Command.CREATE, ...CREATE, bodies.createBody(NEVER_MADE), tree)],
    ['READ', () => smb.request(Command.READ, readRequest, readResponse, bodies.readBody(fileId, 0, 8), tree)],
    ['WRITE', () => smb.request(Command.WRITE, writeRequest, writeResponse, write, tree)],
    ['LOCK', () => smb.request(Command.LOCK, lockRequest, lockResponse, lock, tree)],
    ['CLOSE', () => smb.request(Command.CLOSE, ...CLOSE, { flags: 0, fileId }, tree)],
    [
      'TREE_DISCONNECT',
      () => smb.request(Command.TREE_DISCONNECT, treeDisconnectRequest, treeDisconnectResponse, EMPTY_BODY, tree),
    ],
  ];
}

async function statusOf(asked: Promise<Reply<unknown>>): Promise<number> {
  try {
    return (await asked).header.status;
  } catch (error) {
    if (error instanceof SmbError) return error.status;
    throw error;
  }
}

function logonOf(smb: SmbClient, user: UserName): Logon {
  return new Logon(user, user === '' ? '' : `${user}-password`, '', smb.options.random!);
}

async function secondLeg(smb: SmbClient, logon: Logon, first: Reply<{ securityBuffer: Uint8Array }>): Promise<void> {
  const { token } = await logon.spnego.step(first.body!.securityBuffer);
  await leg(smb, token!, STATUS_SUCCESS);
}

function leg(smb: SmbClient, securityBuffer: Uint8Array, expected: number) {
  const body = { flags: 0, securityMode: 1, capabilities: 0, channel: 0, previousSessionId: 0n, securityBuffer };
  return smb.request(Command.SESSION_SETUP, sessionSetupRequest, sessionSetupResponse, body, {}, [expected]);
}
