import { fromDiskName } from '../disk-names.ts';

/** IN_*, linux/inotify.h. */
export const In = {
  MODIFY: 0x0000_0002,
  ATTRIB: 0x0000_0004,
  MOVED_FROM: 0x0000_0040,
  MOVED_TO: 0x0000_0080,
  CREATE: 0x0000_0100,
  DELETE: 0x0000_0200,
  MOVE_SELF: 0x0000_0800,
  Q_OVERFLOW: 0x0000_4000,
  IGNORED: 0x0000_8000,
  ONLYDIR: 0x0100_0000,
  EXCL_UNLINK: 0x0400_0000,
  ISDIR: 0x4000_0000,
} as const;

/** The events that are requested for every directory. */
export const MASK =
  In.MODIFY |
  In.ATTRIB |
  In.MOVED_FROM |
  In.MOVED_TO |
  In.CREATE |
  In.DELETE |
  In.MOVE_SELF |
  In.ONLYDIR |
  In.EXCL_UNLINK;

/** struct inotify_event. */
export interface InotifyEvent {
  /** Watch descriptor; -1 for an overflow. */
  readonly wd: number;
  /** Bits of In. */
  readonly mask: number;
  /** The same for both halves of a rename; 0 otherwise. */
  readonly cookie: number;
  /** The entry's name as clients see it; '' for the directory itself. */
  readonly name: string;
}

const HEADER = 16;

/** The events of one read(2). */
export function parseEvents(bytes: Buffer): InotifyEvent[] {
  const events: InotifyEvent[] = [];
  for (let at = 0; at + HEADER <= bytes.length; ) {
    const length = bytes.readUInt32LE(at + 12);
    const start = at + HEADER;
    const end = Math.min(start + length, bytes.length);
    const zero = bytes.indexOf(0, start);
    const nameEnd = zero < 0 || zero > end ? end : zero;
    events.push({
      wd: bytes.readInt32LE(at),
      mask: bytes.readUInt32LE(at + 4),
      cookie: bytes.readUInt32LE(at + 8),
      name: nameEnd > start ? fromDiskName(bytes, start, nameEnd) : '',
    });
    at = start + length;
  }
  return events;
}
