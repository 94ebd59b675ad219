import type { MessagePort } from 'node:worker_threads';
import type {
  DenialAnswer,
  DenialQuestion,
  LogComponent,
  LogLevel,
  LoopStatus,
  OpenExplanation,
  ServerStatus,
} from '@tsmbd/smb2-server';
import type { Settings } from '../config/load.ts';

/** What a worker is started with. */
export interface WorkerStart {
  readonly own: number;
  readonly count: number;
  readonly memory: SharedArrayBuffer;
  /** Where the worker marks the descriptors that it opens. */
  readonly marks: SharedArrayBuffer;
  readonly settings: Settings;
  readonly stateDirectory: string;
  /** What the accounts of this machine say their domain is. */
  readonly domain: string;
  readonly logLevel: LogLevel;
  readonly debugging: readonly LogComponent[];
}

/** What the main thread asks a worker, by name. */
export interface WorkerQuestions {
  status: { readonly asks: undefined; readonly answers: ServerStatus };
  loop: { readonly asks: undefined; readonly answers: LoopStatus };
  'explain-open': {
    readonly asks: { readonly share: string; readonly path: string };
    readonly answers: OpenExplanation | undefined;
  };
  'why-denied': { readonly asks: DenialQuestion; readonly answers: DenialAnswer };
  reconfigure: { readonly asks: Settings; readonly answers: undefined };
  'make-room': { readonly asks: string | undefined; readonly answers: boolean };
  end: { readonly asks: string; readonly answers: undefined };
}

export type WorkerQuestionName = keyof WorkerQuestions;

/** From the main thread to a worker. */
export type ToWorker =
  /** A connection, which is the worker's from now on. */
  | { readonly type: 'connection'; readonly id: number; readonly descriptor: number }
  | { readonly type: 'ask'; readonly id: number; readonly name: WorkerQuestionName; readonly asks: unknown }
  | { readonly type: 'debug'; readonly components: readonly LogComponent[] }
  /** A worker has died: what was at home there is gone. */
  | { readonly type: 'gone'; readonly worker: number }
  /** Another worker is there, or will be up soon. */
  | { readonly type: 'peer'; readonly worker: number; readonly port: MessagePort }
  /** A SIGIO has come: a lease of the system may be wanted back. */
  | { readonly type: 'lease-signal' }
  /** Somebody captures what this client says, or nobody does. */
  | { readonly type: 'observe'; readonly client: string | undefined }
  | { readonly type: 'observed'; readonly bytes: number };

/** A connection whose messages are captured. */
export interface ObservedConnection {
  readonly id: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
}

/** From a worker to the main thread. */
export type FromWorker =
  /** The engine is up: its persistent opens are restored. */
  | { readonly type: 'ready' }
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown; readonly error: Error | undefined }
  | {
      readonly type: 'log';
      readonly level: LogLevel;
      readonly component: LogComponent;
      readonly message: string;
      readonly fields: Record<string, unknown> | undefined;
    }
  | { readonly type: 'ended'; readonly id: number }
  | {
      readonly type: 'message';
      readonly connection: ObservedConnection;
      readonly fromClient: boolean;
      /** Empty if the main thread has too many to write. */
      readonly bytes: Uint8Array;
      readonly length: number;
      readonly wasProtected: boolean;
    };
