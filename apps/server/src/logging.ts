import type { LogComponent, LogLevel } from '@tsmbd/smb2-server';
import { pino } from 'pino';

/**
 * The daemon's log: JSON lines, with components whose debug lines can be switched while it runs.
 */
export interface Log {
  write(level: LogLevel, component: LogComponent, message: string, fields?: Record<string, unknown>): void;
  /** Switches a component's debug lines; returns whether they are on now. */
  toggle(component: LogComponent): boolean;
  readonly debugging: readonly LogComponent[];
  readonly level: LogLevel;
}

/** In the order of their severity. */
export const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/**
 * Fields that could be a key, a hash or a password. They never reach the log, whichever code passes
 * them.
 */
const SECRETS = ['password', 'ntHash', 'sessionKey', 'signingKey', 'key', 'hash'];

/**
 * @param level lines below this level are dropped, except the debug lines of components that are
 *   switched on
 */
export function createLog(level: LogLevel, destination: 1 | 2 = 2): Log {
  const logger = pino(
    {
      level: 'debug',
      base: null,
      redact: { paths: [...SECRETS, ...SECRETS.map((name) => `*.${name}`)], censor: '[redacted]' },
      serializers: { error: pino.stdSerializers.err },
    },
    pino.destination({ dest: destination, sync: true }),
  );
  const debugging = new Set<LogComponent>();
  const least = LEVELS.indexOf(level);
  return {
    level,
    write(lineLevel, component, message, fields) {
      if (LEVELS.indexOf(lineLevel) < least && !debugging.has(component)) return;
      logger[lineLevel]({ component, ...fields }, message);
    },
    toggle(component) {
      if (!debugging.delete(component)) debugging.add(component);
      return debugging.has(component);
    },
    get debugging() {
      return [...debugging];
    },
  };
}
