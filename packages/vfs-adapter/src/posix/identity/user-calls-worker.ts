/**
 * A thread that makes calls of C for users. It is the process's own user between two calls.
 * Addresses in the arguments are of memory that the thread which asks keeps until the answer.
 */
import { parentPort } from 'node:worker_threads';
import type { VfsIdentity } from '../../vfs.ts';
import { bindCalls, type Calls } from '../calls.ts';
import { Native, type NativeArgument } from '../native.ts';
import { ThreadIdentity, type Who } from './thread-identity.ts';
import type { UserCall, UserCallEnded } from './user-calls.ts';

const native = new Native();
const thread = new ThreadIdentity(native);
const calls = bindCalls(native);
/** The user of the last call: several calls of one user often follow each other. */
let last: Who | undefined;

parentPort!.on('message', (call: UserCall) => parentPort!.postMessage(ended(call)));

function ended({ id, name, args, ...identity }: UserCall): UserCallEnded {
  try {
    const value = thread.call(whoIs(identity), calls[name as keyof Calls], args as NativeArgument[]);
    return { id, value, errno: value === -1 ? native.errno() : 0 };
  } catch (error) {
    return { id, value: -1, errno: 0, failure: String(error) };
  }
}

function whoIs(identity: VfsIdentity): Who {
  if (last === undefined || !isSame(last, identity)) last = thread.prepared(identity);
  return last;
}

function isSame(a: VfsIdentity, b: VfsIdentity): boolean {
  if (a.uid !== b.uid || a.gid !== b.gid || a.groups.length !== b.groups.length) return false;
  return a.groups.every((group, i) => group === b.groups[i]);
}
