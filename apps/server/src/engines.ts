import type {
  DenialAnswer,
  DenialQuestion,
  LogComponent,
  LoopStatus,
  OpenExplanation,
  ServerStatus,
} from '@tsmbd/smb2-server';
import type { ListenOptions } from '@tsmbd/transport-tcp';
import type { Capture } from './capture/capture.ts';
import type { Settings } from './config/load.ts';

/**
 * What serves the clients of a daemon: an engine in this thread, or one in each of several worker
 * threads.
 */
export interface Engines {
  /** What listeners do with clients that connect. */
  readonly listening: Pick<ListenOptions, 'makeRoom' | 'onConnection' | 'onDescriptor' | 'writeNow' | 'writeLater'>;
  /** Sees every message of its client. Undefined: nobody captures. */
  observer: Capture | undefined;
  status(): Promise<ServerStatus>;
  /** How long the turns of each worker's loop were. */
  loop(): Promise<readonly LoopStatus[]>;
  /** Undefined when there is no such share. Rejects with the reason when the path names nothing. */
  explainOpen(share: string, path: string): Promise<OpenExplanation | undefined>;
  /** Which rule denies a user something. Rejects when there is no such user or share. */
  whyDenied(question: DenialQuestion): Promise<DenialAnswer>;
  /** Serves by these settings from now on. Rejects, and changes nothing, if they cannot be used. */
  reconfigure(settings: Settings): Promise<void>;
  /** Debug lines of these components are wanted now. */
  debug(components: readonly LogComponent[]): void;
  /** Ends a worker thread as a fault would, for tests. Throws if there is no such worker. */
  kill(worker: number): void;
  /** Ends all connections and closes all files. Persistent opens stay in the store. */
  end(reason: string): Promise<void>;
}
