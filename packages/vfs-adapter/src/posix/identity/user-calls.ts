import { Worker } from 'node:worker_threads';
import type { VfsIdentity } from '../../vfs.ts';
import type { NativeArgument } from '../native.ts';
import { PoolQueue } from '../pool-queue.ts';

/** The most threads of one engine that make calls for users. */
const THREADS = 4;
/** How many of them one client leaves to others, if its calls are slow. */
const SPARED = 1;

/** What a thread is asked to do. */
export interface UserCall {
  readonly id: number;
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  /** The call's name in `Calls`. */
  readonly name: string;
  readonly args: readonly NativeArgument[];
}

/** What it answers: what the C function returned, and errno. */
export interface UserCallEnded {
  readonly id: number;
  readonly value: number;
  readonly errno: number;
  /** The call was not made. */
  readonly failure?: string;
}

/** `(error, what the C function returned, errno)`. */
export type Ended = (error: unknown, value: number, errno?: number) => void;

interface Thread {
  readonly worker: Worker;
  /** The call that it makes now. A thread makes one call at a time. */
  call: { readonly id: number; readonly ended: Ended } | undefined;
}

/**
 * Calls that may wait for a disk, and about which the kernel asks who makes them. They are made on
 * threads of our own. Libuv's pool makes one call of C for each request, on whichever thread is
 * free, so nobody can be set around it. The personalities of io_uring would do, but io_uring is
 * switched off in many containers and kernels (kernel.io_uring_disabled), and knows no call for a
 * copy or an access check. Two threads that hand a message to each other cost about 20 µs, which is
 * little beside the disk that these calls wait for.
 */
export class UserCalls {
  readonly queue = new PoolQueue(THREADS, THREADS - SPARED);
  readonly #threads: Thread[] = [];
  #next = 0;

  /** Makes a call by its name, as this user. The last of `args` is called when it has ended. */
  start(who: VfsIdentity, name: string, args: readonly unknown[]): void {
    const ended = args.at(-1) as Ended;
    const thread = this.#threads.find(({ call }) => call === undefined) ?? this.#begin();
    const id = this.#next++;
    thread.call = { id, ended };
    // While a call is under way the process is not over.
    thread.worker.ref();
    const { uid, gid, groups } = who;
    const message: UserCall = { id, uid, gid, groups: [...groups], name, args: args.slice(0, -1).map(alone) };
    thread.worker.postMessage(message);
  }

  #begin(): Thread {
    const file = new URL(`./user-calls-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
    const worker = new Worker(file);
    const thread: Thread = { worker, call: undefined };
    this.#threads.push(thread);
    worker.on('message', ({ id, value, errno, failure }: UserCallEnded) => {
      const { call } = thread;
      if (call?.id !== id) return;
      thread.call = undefined;
      worker.unref();
      call.ended(failure === undefined ? undefined : new Error(failure), value, errno);
    });
    const lost = (error: unknown): void => {
      const at = this.#threads.indexOf(thread);
      if (at >= 0) this.#threads.splice(at, 1);
      const { call } = thread;
      thread.call = undefined;
      call?.ended(error, -1);
    };
    worker.on('error', lost);
    worker.on('exit', (code) => lost(new Error(`a thread for calls of users ended (${code})`)));
    worker.unref();
    return thread;
  }
}

/** Bytes by themselves: a message would take along the whole memory that they are a part of. */
function alone(argument: unknown): NativeArgument {
  return argument instanceof Uint8Array ? Uint8Array.from(argument) : (argument as NativeArgument);
}
