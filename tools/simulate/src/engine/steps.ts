import type { Fault } from './faults.ts';
import type { Gate } from './gated-vfs.ts';

/** The client that acts, as an index. Opens are named by the order in which they were granted. */
interface By {
  readonly who: number;
  /** The next step comes before the answer to this one. */
  readonly hurry?: true;
}

interface OfOpen extends By {
  /**
   * One of the client's opens: 0 is the first, and numbers beyond the last begin again; -1 is the
   * last.
   */
  readonly open: number;
}

/**
 * One thing that happens. A step consists of plain values only, so that a script can be printed and
 * played again.
 */
export type EngineStep =
  | ConnectStep
  | ({ readonly do: 'drop' } & By)
  | ({ readonly do: 'logoff' } & By)
  | ({ readonly do: 'leave-tree' } & By)
  | CreateStep
  | CompoundStep
  | ReconnectStep
  | ({
      readonly do:
        | 'close'
        | 'read'
        | 'list'
        | 'flush'
        | 'delete'
        | 'posix-delete'
        | 'undelete'
        | 'resilient'
        | 'lock-again';
    } & OfOpen)
  | WriteStep
  | ({ readonly do: 'truncate' | 'zero'; readonly at: number } & OfOpen)
  /** Copies the beginning of another of the client's opens. */
  | ({ readonly do: 'copy'; readonly from: number } & OfOpen)
  | ({ readonly do: 'rename' | 'link'; readonly to: string } & OfOpen)
  | LockStep
  | ({ readonly do: 'unlock'; readonly at: number; readonly length: number } & OfOpen)
  | ({ readonly do: 'notify'; readonly tree: boolean } & OfOpen)
  /** Cancels one of the client's requests for which an interim response has come. */
  | ({ readonly do: 'cancel'; readonly index: number } & By)
  | AcknowledgeStep
  | RenewStep
  /**
   * Another connection sends requests between the two legs of its logon, and then finishes the
   * logon or leaves.
   */
  | { readonly do: 'half-logon'; readonly open: number; readonly finish?: true }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'hold'; readonly gate: Gate }
  | { readonly do: 'release'; readonly index: number }
  /** The next call of this kind fails. */
  | ({ readonly do: 'fail'; readonly call: string } & Fault)
  /** Appends to the log several times, without waiting for the answers. */
  | ({ readonly do: 'append'; readonly count: number } & OfOpen)
  /** One of several workers is killed, and started again. */
  | { readonly do: 'kill-worker'; readonly worker: number }
  /** The server ends properly, or its process is killed. Another one begins. */
  | {
      readonly do: 'restart';
      readonly kill?: true /** A call that fails once while it starts. */;
      readonly fails?: string;
    };

export interface ConnectStep extends By {
  readonly do: 'connect';
  /** Default: 3.1.1. */
  readonly dialect?: number;
  readonly protection?: 'sign' | 'seal';
}

/** A user to authenticate as; '' is the anonymous user. */
export type UserName = 'alice' | 'bob' | '';

/**
 * The client authenticates again on its session. It may send a CREATE when the first leg has been
 * answered.
 */
export interface RenewStep extends By {
  readonly do: 'renew';
  readonly user: UserName;
  readonly between?: Omit<CreateStep, 'do' | 'who' | 'hurry'>;
}

export interface CreateStep extends By {
  readonly do: 'create';
  readonly name: string;
  readonly disposition: number;
  readonly access: number;
  readonly share: number;
  readonly options: number;
  readonly oplock: number;
  readonly lease?: {
    readonly key: number;
    readonly state: number;
    readonly version: 1 | 2;
    /** Key of the directory's lease that belongs to the client itself. */
    readonly parent?: number;
  };
  readonly durable?: 'v1' | 'v2' | 'persistent';
  /** Identifies its CREATE, for `v2` and `persistent`. */
  readonly guid: number;
  readonly replay?: true;
  /** AppInstanceId, and AppInstanceVersion if it has one. */
  readonly app?: { readonly id: number; readonly version?: number };
}

/** A CREATE, and in the same message requests that are related to it. */
export interface CompoundStep extends By {
  readonly do: 'compound';
  readonly create: Omit<CreateStep, 'do' | 'who' | 'hurry'>;
  readonly follow: readonly CompoundPartName[];
}

/** `bad`: a CLOSE of a file that does not exist. */
export type CompoundPartName = 'write' | 'read' | 'truncate' | 'delete' | 'bad' | 'close';

export interface ReconnectStep extends OfOpen {
  readonly do: 'reconnect';
  /**
   * The client may come back for any open that ever existed, not only for those that nobody uses
   * now.
   */
  readonly stale?: true;
  readonly wrong?: 'lease' | 'guid' | 'name';
}

/**
 * A program writes four letters: into the cache if the client may, unless the step says `through`.
 */
export interface WriteStep extends OfOpen {
  readonly do: 'write';
  readonly at?: number;
  readonly letter?: string;
  readonly through?: true;
}

export interface LockStep extends OfOpen {
  readonly do: 'lock';
  readonly ranges: readonly { readonly at: number; readonly length: number; readonly exclusive: boolean }[];
  readonly wait: boolean;
  /** LockSequence, so that the LOCK can be repeated. */
  readonly sequence?: { readonly index: number; readonly number: number };
}

/**
 * Answers a break that the client was told of: with what was offered, with less, with more, or
 * after the break is over.
 */
export interface AcknowledgeStep extends By {
  readonly do: 'acknowledge';
  readonly index: number;
  readonly how: 'right' | 'none' | 'more' | 'again';
}
