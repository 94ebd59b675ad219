import type { ServerClock } from '../management.ts';
import type { TimeOfDay } from './operations.ts';

/** TIME_OF_DAY_INFO of a clock, [MS-SRVS] 2.2.4.105. */
export function timeOfDay({ unixMs, uptimeMs, timezoneMinutes }: ServerClock): TimeOfDay {
  const date = new Date(unixMs);
  return {
    elapsedt: Math.floor(unixMs / 1000),
    msecs: Math.floor(uptimeMs) % 2 ** 32,
    hours: date.getUTCHours(),
    mins: date.getUTCMinutes(),
    secs: date.getUTCSeconds(),
    hunds: Math.floor(date.getUTCMilliseconds() / 10),
    timezone: timezoneMinutes,
    tinterval: 310,
    day: date.getUTCDate(),
    month: date.getUTCMonth() + 1,
    year: date.getUTCFullYear(),
    weekday: date.getUTCDay(),
  };
}
