/** The server that a client works on, and which of the clients it is. */
export interface Target {
  /** A name for folders that belong to this server alone. */
  readonly server: string;
  readonly protocol: 'smb' | 'floor';
  readonly port: number;
  readonly mode: Mode;
  /** 0 for the first client. */
  readonly client: number;
  readonly clients: number;
}

/** What the client does with each message. */
export type Mode = 'plain' | 'signed' | 'sealed';
export const MODES: readonly Mode[] = ['plain', 'signed', 'sealed'];

/** Something that a client process can do again and again. */
export interface Job {
  readonly name: string;
  /** What is counted: `read`, `MiB`, … */
  readonly unit: string;
  /** How many operations are under way at once. */
  readonly depth: number;
  /** The floor program can do it too. */
  readonly onFloor?: true;
  /** Connects, logs on and opens what all operations use. */
  start(target: Target): Promise<Work>;
}

/** A job that has been started. */
export interface Work {
  /**
   * Does one operation, of which the latency is taken. Calls `done` with the number of units
   * whenever the server has answered for that many.
   *
   * @param line which of the operations that are under way at once this is, from 0
   */
  operation(done: (units: number) => void, line: number): Promise<void>;
  /** Called before each round; what it does is not counted. */
  beforeRound?(): Promise<void>;
  end(): Promise<void>;
}
