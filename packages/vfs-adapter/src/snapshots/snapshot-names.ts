import { VfsError } from '../vfs.ts';

const NAME = /^@GMT-(\d{4})\.(\d\d)\.(\d\d)-(\d\d)\.(\d\d)\.(\d\d)$/i;

/** The name of a snapshot, [MS-SMB2] 2.2.32.2: `@GMT-2026.11.21-04.00.00`. */
export function snapshotName(seconds: number): string {
  const [date = '', time = ''] = new Date(seconds * 1000).toISOString().slice(0, 19).split('T');
  return `@GMT-${date.replaceAll('-', '.')}-${time.replaceAll(':', '.')}`;
}

/** The time in a snapshot's name, in seconds since 1970; undefined if it is no such name. */
export function snapshotTime(name: string): number | undefined {
  if (name.charCodeAt(0) !== AT) return undefined;
  const parts = NAME.exec(name);
  return parts === null ? undefined : secondsOf(parts.slice(1).map(Number), false);
}

/** Reads the name of a folder that is a snapshot, in seconds since 1970. */
export type SnapshotFormat = (name: string) => number | undefined;

/**
 * Understands a format of strftime(3) with %Y %y %m %d %H %M %S %s, as `shadow:format` of Samba has
 * it. Throws `invalid` for another conversion.
 *
 * @param isLocal the names have the time of this machine's zone, and not UTC
 */
export function snapshotFormat(format: string, isLocal: boolean): SnapshotFormat {
  const order: string[] = [];
  const pattern = format.replace(/%(.?)|[^%]+/g, (whole, conversion: string | undefined) => {
    if (conversion === undefined) return whole.replaceAll(/[^\w]/g, '\\$&');
    if (conversion === '%') return '%';
    const digits = CONVERSIONS[conversion];
    if (digits === undefined) throw new VfsError('invalid', `%${conversion} in the format of snapshots`);
    order.push(conversion);
    return `(${digits})`;
  });
  const expression = new RegExp(`^${pattern}$`);
  return (name) => {
    const found = expression.exec(name);
    if (found === null) return undefined;
    const value = new Map(order.map((conversion, i) => [conversion, Number(found[i + 1])]));
    const seconds = value.get('s');
    if (seconds !== undefined) return seconds;
    // As strptime(3): 69 to 99 are of the last century.
    const short = value.get('y');
    const year = value.get('Y') ?? (short === undefined ? 1970 : short + (short < 69 ? 2000 : 1900));
    const rest = ['m', 'd', 'H', 'M', 'S'].map((conversion) => value.get(conversion));
    return secondsOf([year, rest[0] ?? 1, rest[1] ?? 1, rest[2] ?? 0, rest[3] ?? 0, rest[4] ?? 0], isLocal);
  };
}

const AT = 0x40;
const CONVERSIONS: Readonly<Record<string, string>> = {
  Y: '\\d{4}',
  y: '\\d\\d',
  m: '\\d\\d',
  d: '\\d\\d',
  H: '\\d\\d',
  M: '\\d\\d',
  S: '\\d\\d',
  s: '\\d{1,11}',
};

/** Year, month from 1, day, hour, minute, second. Undefined if there is no such time. */
function secondsOf(parts: readonly number[], isLocal: boolean): number | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) return undefined;
  const ms = isLocal
    ? new Date(year, month - 1, day, hour, minute, second).getTime()
    : Date.UTC(year, month - 1, day, hour, minute, second);
  return Math.floor(ms / 1000);
}
