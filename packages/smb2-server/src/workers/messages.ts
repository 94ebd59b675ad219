import type { Guid } from '@tsmbd/ms-dtyp';
import type { FileId, OplockBreakResponse } from '@tsmbd/smb2-codec';
import type { VfsPath } from '@tsmbd/vfs-adapter';
import type { Identity } from '../config.ts';
import type {
  ChangeElsewhere,
  ConnectionCompression,
  CopySource,
  EndCause,
  EntryElsewhere,
  LogonOutcome,
  Move,
  Place,
} from '../model/index.ts';

/*
 * What workers say to each other. All of it survives a structured clone. Messages from one worker
 * to another arrive in the order in which they were sent.
 */

/** The connection of a guest, as the worker that has its socket knows it. */
export interface MeetConnection {
  readonly dialect: number;
  readonly clientGuid: Guid;
  readonly clientCapabilities: number;
  readonly serverCapabilities: number;
  readonly supportsMultiCredit: boolean;
  readonly maxTransactSize: number;
  readonly maxReadSize: number;
  readonly maxWriteSize: number;
  readonly compression: ConnectionCompression | undefined;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
}

/** A guest: a session of another worker. */
export interface MeetSession {
  readonly identity: Identity;
  readonly guest: boolean;
  readonly anonymous: boolean;
  readonly encryptData: boolean;
  /** FILETIME. */
  readonly createdAt: bigint;
}

export interface MeetTree {
  readonly share: string;
  readonly maximalAccess: number;
  readonly madeFor: string | undefined;
  /** FILETIME. */
  readonly connectedAt: bigint;
}

/** A request that is carried out where its file is at home. */
export interface RequestMessage {
  readonly type: 'request';
  readonly id: number;
  readonly connection: number;
  readonly session: bigint;
  readonly tree: number;
  /** What the home does not know yet, or no longer knows right. */
  readonly meetConnection: MeetConnection | undefined;
  readonly meetSession: MeetSession | undefined;
  readonly meetTree: MeetTree | undefined;
  /** The request from its header on. */
  readonly bytes: Uint8Array;
  readonly encrypted: boolean;
  /** The file of the previous request of the compound. */
  readonly fileId: FileId | undefined;
  /** For a CREATE: the file that it has made already, by its identity. */
  readonly made: string | undefined;
  /** Workers that have tried to carry the CREATE out. */
  readonly triedAt: readonly number[];
  /** What a CREATE is carried out for: itself, or only one of the steps that come before it. */
  readonly step: 'all' | 'take-over' | 'seek';
}

/** How a request ended at its home. */
export type Reply =
  | {
      readonly kind: 'body';
      readonly status: number;
      /** The response behind its header. */
      readonly body: Uint8Array;
      readonly compress: boolean;
      readonly fileId: FileId | undefined;
      /** The home waits for word that the response was sent. */
      readonly awaitsSent: boolean;
      /** For a CREATE: what the guest's worker may do itself with the open. */
      readonly opened: OpenedAway | undefined;
    }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly reason: string;
      readonly errorData: Uint8Array | undefined;
    }
  | { readonly kind: 'disconnect'; readonly reason: string }
  | { readonly kind: 'elsewhere'; readonly worker: number; readonly made: string | undefined };

/** An open that is at home at another worker. */
export interface OpenedAway {
  readonly key: string;
  readonly grantedAccess: number;
  readonly shareAccess: number;
  readonly createOptions: number;
  readonly path: VfsPath;
  /** A CREATE with its CreateGuid would repeat it. */
  readonly isRepeatable: boolean;
}

/** A question, by its name: what is asked, and what is answered. */
export interface Questions {
  /** Clients begin to give up handles of a file that they only cache. Must one wait for them? */
  'give-way': { readonly asks: { readonly key: string }; readonly answers: { readonly waits: boolean } };
  /** Answered when nobody caches a handle of the file any more. */
  'given-way': { readonly asks: { readonly key: string }; readonly answers: undefined };
  /** The same for all that is open below a directory. */
  'below-gives-way': { readonly asks: { readonly place: Place }; readonly answers: { readonly waits: boolean } };
  'below-given-way': { readonly asks: { readonly place: Place }; readonly answers: undefined };
  /** Is something open below the directory? */
  below: { readonly asks: { readonly place: Place }; readonly answers: { readonly isOpen: boolean } };
  /** A directory was renamed: what lies below it has new paths. */
  moved: { readonly asks: { readonly move: Move }; readonly answers: undefined };
  /** Answered behind what is to be told of the changes that are done. */
  'changes-told': { readonly asks: undefined; readonly answers: { readonly isAll: true } };
  /** Answered behind all that was told before. */
  heard: { readonly asks: undefined; readonly answers: undefined };
  /** Does an open of this directory forbid the rename of a file inside? */
  strict: { readonly asks: { readonly place: Place }; readonly answers: { readonly isStrict: boolean } };
  /** Ends the session, if it is this user's. */
  'end-previous': { readonly asks: { readonly session: bigint; readonly sid: string }; readonly answers: undefined };
  /** A guest's session or tree has ended. */
  'end-session': { readonly asks: { readonly session: bigint }; readonly answers: undefined };
  'end-tree': { readonly asks: { readonly session: bigint; readonly tree: number }; readonly answers: undefined };
  /** May a password of this account be checked now? */
  'logon-turn': {
    readonly asks: { readonly address: string; readonly name: string };
    readonly answers: { readonly turn: number | undefined };
  };
  /** Is there a persistent open with this CreateGuid? */
  persistent: { readonly asks: { readonly createGuid: Guid }; readonly answers: { readonly is: boolean } };
  /** An open of a guest is to be the source of a copy. */
  'copy-source': {
    readonly asks: { readonly session: bigint; readonly fileId: FileId };
    readonly answers: CopySource;
  };
  /** May these bytes be read through the open? */
  unlocked: {
    readonly asks: {
      readonly session: bigint;
      readonly fileId: FileId;
      readonly offset: bigint;
      readonly length: bigint;
    };
    readonly answers: undefined;
  };
}

export type QuestionName = keyof Questions;

/** Something that another worker is told, and need not answer. */
export type Tidings =
  | ({ readonly what: 'changed' } & ChangeElsewhere)
  | ({
      readonly what: 'entry';
      /** Its identity. Undefined: it is not known which directory it was. */
      readonly directory: string | undefined;
    } & EntryElsewhere)
  | { readonly what: 'logon-over'; readonly turn: number; readonly outcome: LogonOutcome }
  | { readonly what: 'connection-gone'; readonly connection: number }
  | {
      readonly what: 'break';
      readonly session: bigint;
      readonly notification: OplockBreakResponse;
      readonly encrypt: boolean;
    }
  /** The client of the lease has taken another file for the lease's file. */
  | { readonly what: 'lease-ambiguous'; readonly lease: string }
  /** The break of a lease, for any session of the client. */
  | { readonly what: 'lease-break'; readonly client: Guid; readonly notification: OplockBreakResponse }
  /** A guest has used the FileId of its open, and so has seen the response to its CREATE. */
  | { readonly what: 'open-used'; readonly session: bigint; readonly volatile: bigint }
  /** The open of a guest has ended without a request of the guest. */
  | { readonly what: 'open-gone'; readonly session: bigint; readonly volatile: bigint };

export type WorkerMessage =
  | RequestMessage
  | { readonly type: 'reply'; readonly id: number; readonly reply: Reply }
  | { readonly type: 'pending'; readonly id: number }
  | { readonly type: 'end'; readonly id: number; readonly cause: EndCause }
  | { readonly type: 'hurry'; readonly id: number }
  | { readonly type: 'sent'; readonly id: number }
  | { readonly type: 'ask'; readonly id: number; readonly name: QuestionName; readonly asks: unknown }
  | {
      readonly type: 'answer';
      readonly id: number;
      readonly value: unknown;
      readonly refusal: { readonly status: number; readonly reason: string } | undefined;
    }
  | { readonly type: 'tidings'; readonly all: readonly Tidings[] };
