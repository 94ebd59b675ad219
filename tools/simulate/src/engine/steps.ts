import type { Gate } from './gated-vfs.ts';

/** Who: an index of the clients. Opens are named by the order in which they were granted, whoever has them. */
interface By {
  readonly who: number;
  /** The next step comes before this one's answer. */
  readonly hurry?: true;
}

/** One thing that happens. Everything is a plain value, so that a script can be printed and played again. */
export type EngineStep =
  | ({ readonly do: 'connect' } & By)
  | ({ readonly do: 'drop' } & By)
  | ({ readonly do: 'logoff' } & By)
  | ({ readonly do: 'leave-tree' } & By)
  | CreateStep
  | ReconnectStep
  | ({ readonly do: 'close' | 'write' | 'truncate' | 'stat' | 'delete' | 'undelete'; readonly open: number } & By)
  | ({ readonly do: 'rename'; readonly open: number; readonly to: string } & By)
  | LockStep
  | ({ readonly do: 'unlock'; readonly open: number; readonly at: number; readonly length: number } & By)
  | ({ readonly do: 'notify'; readonly open: number; readonly tree: boolean } & By)
  /** Cancels one of the client's requests that have an interim response. */
  | ({ readonly do: 'cancel'; readonly index: number } & By)
  /** Answers a break it was told of: with what was offered, less, more, or one that is over. */
  | ({ readonly do: 'acknowledge'; readonly index: number; readonly how: 'right' | 'none' | 'more' | 'again' } & By)
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'hold'; readonly gate: Gate }
  | { readonly do: 'release'; readonly index: number }
  | { readonly do: 'restart' };

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
}

export interface ReconnectStep extends By {
  readonly do: 'reconnect';
  readonly open: number;
  /** Any that there ever was, not only those that nobody has now. */
  readonly stale?: true;
  readonly wrong?: 'lease' | 'guid' | 'name';
}

export interface LockStep extends By {
  readonly do: 'lock';
  readonly open: number;
  readonly ranges: readonly { readonly at: number; readonly length: number; readonly exclusive: boolean }[];
  readonly wait: boolean;
}
