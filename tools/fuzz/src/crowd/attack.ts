import type { ClientOptions, SmbClient } from '@tsmbd/tool-smb-client';

/**
 * Where an attack happens: the daemon, a user for the attacker alone, and a share whose folder the
 * attacker may prepare.
 */
export interface Scene {
  readonly share: string;
  readonly folder: string;
  /** The daemon's state folder. */
  readonly state: string;
  /** 1: as long as the report's table says; less for a short form. */
  readonly scale: number;
  /** A new client that has logged on. It is closed when the attack is over. */
  logOn(options?: ClientOptions): Promise<SmbClient>;
  /** A new client that has negotiated and has not logged on. */
  connect(): Promise<SmbClient>;
}

/** Something that one client does that makes others wait, or leaves no room for them. */
export interface Attack {
  readonly name: string;
  /** What the attack consists of, for the table. */
  readonly what: string;
  /** Settings of the daemon's [global] section that the attack needs. */
  readonly globals?: string;
  run(scene: Scene): Promise<void>;
}
