import { BREAK_RACES } from './breaks.ts';
import { CHANNEL_RACES } from './channels.ts';
import { DURABLE_RACES } from './durable.ts';
import { LIMIT_RACES } from './limits.ts';
import { OPEN_RACES } from './opens.ts';
import { PROTECTION_RACES } from './protection.ts';
import type { Race } from './race.ts';
import { SECRET_RACES } from './secrets.ts';
import { SESSION_RACES } from './sessions.ts';

export type { Race } from './race.ts';

/** All races, in the order of the list of races that other servers have lost. */
export const RACES: readonly Race[] = [
  ...SESSION_RACES,
  ...CHANNEL_RACES,
  ...BREAK_RACES,
  ...DURABLE_RACES,
  ...OPEN_RACES,
  ...LIMIT_RACES,
  ...PROTECTION_RACES,
  ...SECRET_RACES,
];
