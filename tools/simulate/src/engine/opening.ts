import { decode } from '@tsmbd/ms-dtyp';
import { CacheBits } from '@tsmbd/oplock-lease';
import {
  appInstanceId,
  appInstanceVersion,
  Command,
  CreateAction,
  type CreateContext,
  CreateContextName,
  CreateDisposition,
  type CreateRequest,
  type CreateResponse,
  createRequest,
  createResponse,
  durableHandleReconnect,
  durableHandleReconnectV2,
  durableHandleRequest,
  durableHandleRequestV2,
  durableHandleResponseV2,
  FileAttributes,
  HeaderFlags,
  LeaseFlags,
  lease as leaseCodec,
} from '@tsmbd/smb2-codec';
import { fail } from '../violation.ts';
import { createBody, leaseContext } from './bodies.ts';
import { rightsOf } from './caches.ts';
import { contextOf, guidOf, type Heard, type KnownOpen, type SimClient } from './client.ts';
import type { EngineRun } from './engine-run.ts';
import type { CreateStep, ReconnectStep } from './steps.ts';

export const CREATE = [createRequest, createResponse] as const;
const LEASE_OPLOCK = 0xff;
const PERSISTENT = 2;
const OVERWRITES: ReadonlySet<number> = new Set([
  CreateDisposition.SUPERSEDE,
  CreateDisposition.OVERWRITE,
  CreateDisposition.OVERWRITE_IF,
]);

/** Sends a CREATE. An open that is granted is added to `opens`. */
export function create(client: SimClient, step: CreateStep, run: EngineRun): void {
  // After an overwrite, what the client has cached of the file is old. The client need not know
  // which file that is.
  if (OVERWRITES.has(step.disposition)) client.machine.forgetContents();
  if (step.lease?.parent !== undefined) client.machine.parents.add(guidOf(0xe, step.lease.parent));
  const flags = step.replay ? HeaderFlags.REPLAY_OPERATION : 0;
  client.send(Command.CREATE, CREATE, bodyOf(step), opened(client, step, run), flags);
}

/** The request of a step. */
export function bodyOf(step: Omit<CreateStep, 'do' | 'who'>): CreateRequest {
  return createBody(step.name, {
    requestedOplockLevel: step.lease === undefined ? step.oplock : LEASE_OPLOCK,
    desiredAccess: step.access,
    shareAccess: step.share,
    createDisposition: step.disposition,
    createOptions: step.options,
    createContexts: contextsOf(step),
  });
}

function contextsOf({ lease, durable, guid, app }: Omit<CreateStep, 'do' | 'who'>): CreateContext[] {
  const contexts: CreateContext[] = [];
  if (lease !== undefined) contexts.push(leaseContext(lease));
  if (durable === 'v1') contexts.push(contextOf('DHnQ', durableHandleRequest, {}));
  else if (durable !== undefined) {
    const value = { timeoutMs: 0, flags: durable === 'persistent' ? PERSISTENT : 0, createGuid: guidOf(0x9, guid) };
    contexts.push(contextOf('DH2Q', durableHandleRequestV2, value));
  }
  if (app === undefined) return contexts;
  contexts.push(contextOf(CreateContextName.APP_INSTANCE_ID, appInstanceId, { appInstanceId: guidOf(0xa99, app.id) }));
  if (app.version !== undefined) {
    const version = { appInstanceVersionHigh: 0n, appInstanceVersionLow: BigInt(app.version) };
    contexts.push(contextOf(CreateContextName.APP_INSTANCE_VERSION, appInstanceVersion, version));
  }
  return contexts;
}

/**
 * Handles the answer to a CREATE. `also` is called with the open.
 *
 * @param closes the same message closes the open again, so the caching that it was granted is not
 *   used
 */
export function opened(
  client: SimClient,
  step: Omit<CreateStep, 'do' | 'who'>,
  run: EngineRun,
  also: (open: KnownOpen) => void = () => {},
  closes = false,
): Heard<CreateResponse> {
  const { machine, smb, as: askedAs } = client;
  const { ownChanges } = machine;
  return {
    done(made) {
      const { fileId, oplockLevel, createContexts } = made;
      const known = run.opens.find((open) => open.fileId.persistent === fileId.persistent);
      if (known !== undefined) {
        // A replayed CREATE is answered with the open of the first one. [MS-SMB2] 3.3.5.9.10
        if (step.replay === undefined) fail('a new CREATE was answered with an old open');
        cameBack(client, client.ifStill(smb), known, made, run);
        return;
      }
      // [MS-SMB2] 3.3.5.7: nothing can be opened in a tree to which its user may not connect.
      if (askedAs === '' && client.as === '') fail('a user that may not connect opened a file');
      const lease =
        oplockLevel === LEASE_OPLOCK ? { key: guidOf(0xe, step.lease!.key), version: step.lease!.version } : undefined;
      const durable = durabilityIn(createContexts);
      const open: KnownOpen = {
        ...{
          user: client.as,
          key: undefined,
          granted: undefined,
          machine,
          name: step.name,
          access: step.access,
          options: step.options,
          lease,
        },
        ...{
          fileId,
          by: closes ? undefined : client.ifStill(smb),
          gone: false,
          closing: false,
          holding: undefined,
          sequenced: undefined,
        },
        ...{ durable, version: durable !== undefined && step.durable !== 'v1' ? 2 : 1 },
        ...{ createGuid: guidOf(0x9, step.guid), appInstance: step.app !== undefined },
      };
      run.knows(open);
      if (open.by !== undefined) {
        holds(open, made, run);
        // The response says how long the file is. A client that caches reads knows the content of
        // an empty file.
        const { holding } = open;
        // The client does not believe an answer that is older than a change of its own.
        const isNew = machine.ownChanges === ownChanges;
        if (holding !== undefined && !holding.breaking && made.createAction !== CreateAction.OPENED) {
          machine.changes(holding);
          holding.dirty = undefined;
        }
        const isFile = (made.fileAttributes & FileAttributes.DIRECTORY) === 0;
        if (
          holding !== undefined &&
          isNew &&
          isFile &&
          made.endOfFile === 0n &&
          (holding.rights & CacheBits.READ) !== 0
        ) {
          holding.clean ??= '';
        }
      }
      also(open);
    },
  };
}

function durabilityIn(contexts: readonly CreateContext[]): KnownOpen['durable'] {
  if (contexts.some(({ name }) => name === 'DHnQ')) return 'durable';
  const v2 = contexts.find(({ name }) => name === 'DH2Q');
  if (v2 === undefined) return undefined;
  return (decode(durableHandleResponseV2, v2.data).flags & PERSISTENT) !== 0 ? 'persistent' : 'durable';
}

/** Takes from a response what the open may cache. Returns true if that is being broken. */
function holds(open: KnownOpen, { oplockLevel, createContexts }: CreateResponse, run: EngineRun): boolean {
  const said = run.world.hearing;
  if (open.lease === undefined) {
    open.machine.granted(open, rightsOf(oplockLevel), false, said);
    return false;
  }
  const context = createContexts.find(({ name }) => name === 'RqLs');
  if (context === undefined) fail('a lease without a context');
  const { leaseState, flags } = decode(leaseCodec, context.data);
  const isBreaking = (flags & LeaseFlags.BREAK_IN_PROGRESS) !== 0;
  open.machine.granted(open, leaseState, isBreaking, said);
  return isBreaking;
}

/**
 * A client comes back for an open, which may be its own or another client's. [MS-SMB2] 3.3.5.9.7,
 * 3.3.5.9.12
 */
export function reconnect(client: SimClient, step: ReconnectStep, open: KnownOpen, run: EngineRun): void {
  // Version 2 does not exist before 3.0.
  if (client.dialect < 0x0300 && open.version === 2) return;
  const contexts: CreateContext[] = [];
  if (open.lease !== undefined) {
    const key = step.wrong === 'lease' ? 99 : Number.parseInt(open.lease.key.slice(-12), 16);
    contexts.push(leaseContext({ key, state: 0, version: open.lease.version }));
  }
  const { fileId } = open;
  const { smb } = client;
  if (open.version === 1) contexts.push(contextOf('DHnC', durableHandleReconnect, { fileId }));
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
  const done = (made: CreateResponse): void => {
    if (step.wrong === 'lease' && open.lease !== undefined) fail('an open came back with another lease');
    if (step.wrong === 'guid' && open.version === 2) fail('an open came back by another CreateGuid');
    const { fileId: id } = made;
    let found = open;
    if (id.persistent !== open.fileId.persistent) {
      // A persistent open can also be found by its CreateGuid, and a client may use a CreateGuid
      // again. [MS-SMB2] 3.3.5.9.12
      const other = run.opens.find((known) => known.fileId.persistent === id.persistent);
      if (other?.durable !== 'persistent' || other.createGuid !== open.createGuid) fail('another open came back');
      // If the open has an oplock, another client of the same user may come back for it, as with
      // the FileId.
      if (other.machine !== client.machine && other.lease !== undefined) fail('an open of another client came back');
      found = other;
    }
    if (found.by !== undefined) fail('an open came back that somebody has');
    cameBack(client, client.ifStill(smb), found, made, run);
  };
  client.send(Command.CREATE, CREATE, body, { done });
}

function cameBack(
  client: SimClient,
  by: SimClient | undefined,
  open: KnownOpen,
  made: CreateResponse,
  run: EngineRun,
): void {
  if (open.gone) fail(`the open of ${open.name} was over and came back`);
  if (open.durable !== undefined && open.user !== client.as) fail(`the open of ${open.user} came to ${client.as}`);
  if (open.lease !== undefined && open.machine !== client.machine) fail('a lease came to another client');
  const same = open.by === by;
  open.by = by;
  // The request that would have closed the open never arrived.
  if (by !== undefined) open.closing = false;
  if (open.machine !== client.machine) {
    open.machine.forget(open);
    open.machine = client.machine;
  }
  open.fileId = made.fileId;
  if (by === undefined) return;
  const isBreaking = holds(open, made, run);
  // A break that the client was told of before it was lost is sent again, or is over.
  if (!same && open.holding !== undefined) open.holding.breaking = isBreaking;
}
