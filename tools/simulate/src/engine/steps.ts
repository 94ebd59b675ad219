import type { Fault } from './faults.ts';
import type { Gate } from './gated-vfs.ts';

/** Who: an index of the clients. Opens are named by the order in which they were granted. */
interface By {
  readonly who: number;
  /** The next step comes before this one's answer. */
  readonly hurry?: true;
}

interface OfOpen extends By {
  /** Of the client's: the first and so on, over and over; -1 the last. */
  readonly open: number;
}

/**
 * One thing that happens. Everything is a plain value, so that a script can be printed and played
 * again.
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
  /** Copies the beginning of another open of the client's. */
  | ({ readonly do: 'copy'; readonly from: number } & OfOpen)
  | ({ readonly do: 'rename' | 'link'; readonly to: string } & OfOpen)
  | LockStep
  | ({ readonly do: 'unlock'; readonly at: number; readonly length: number } & OfOpen)
  | ({ readonly do: 'notify'; readonly tree: boolean } & OfOpen)
  /** Cancels one of the client's requests that have an interim response. */
  | ({ readonly do: 'cancel'; readonly index: number } & By)
  | AcknowledgeStep
  | RenewStep
  /**
   * Another connection asks for things between the two legs of its logon, and finishes it or goes.
   */
  | { readonly do: 'half-logon'; readonly open: number; readonly finish?: true }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'hold'; readonly gate: Gate }
  | { readonly do: 'release'; readonly index: number }
  /** The next call of this kind fails. */
  | ({ readonly do: 'fail'; readonly call: string } & Fault)
  /** Appends to the log, sent without waiting for each other. */
  | ({ readonly do: 'append'; readonly count: number } & OfOpen)
  /** The server ends as it should, or its process is killed; another one begins. */
  | {
      readonly do: 'restart';
      readonly kill?: true /** A call that fails once while it starts. */;
      readonly fails?: string;
    };

export interface ConnectStep extends By {
  readonly do: 'connect';
  /** 3.1.1 when left out. */
  readonly dialect?: number;
  readonly protection?: 'sign' | 'seal';
}

/** Somebody to authenticate as; nobody is ''. */
export type UserName = 'alice' | 'bob' | '';

/**
 * The client authenticates again on its session; it may send a CREATE when the first leg is
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
    /** Key of the directory's lease that is the client's own. */
    readonly parent?: number;
  };
  readonly durable?: 'v1' | 'v2' | 'persistent';
  /** Names its CREATE, for `v2` and `persistent`. */
  readonly guid: number;
  readonly replay?: true;
  /** AppInstanceId, and AppInstanceVersion when there is one. */
  readonly app?: { readonly id: number; readonly version?: number };
}

/** A CREATE and what follows it in the same message, related to it. */
export interface CompoundStep extends By {
  readonly do: 'compound';
  readonly create: Omit<CreateStep, 'do' | 'who' | 'hurry'>;
  readonly follow: readonly CompoundPartName[];
}

/** `bad`: a CLOSE of a file that is none. */
export type CompoundPartName = 'write' | 'read' | 'truncate' | 'delete' | 'bad' | 'close';

export interface ReconnectStep extends OfOpen {
  readonly do: 'reconnect';
  /** Any that there ever was, not only those that nobody has now. */
  readonly stale?: true;
  readonly wrong?: 'lease' | 'guid' | 'name';
}

/** A program writes four letters: into the cache where the client may, unless it says `through`. */
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
  /** LockSequence, so that it can be repeated. */
  readonly sequence?: { readonly index: number; readonly number: number };
}

/** Answers a break it was told of: with what was offered, less, more, or one that is over. */
export interface AcknowledgeStep extends By {
  readonly do: 'acknowledge';
  readonly index: number;
  readonly how: 'right' | 'none' | 'more' | 'again';
}
