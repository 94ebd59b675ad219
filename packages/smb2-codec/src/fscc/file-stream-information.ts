import type { Codec } from '@tsmbd/ms-dtyp';
import { decodeEntries, type EntryBody, encodeEntries } from './entry-list.ts';

/** One stream of a file, FileStreamInformation, [MS-FSCC] 2.4. */
export interface FileStreamInformation {
  /** Bytes. */
  readonly streamSize: bigint;
  /** Bytes. */
  readonly streamAllocationSize: bigint;
  /** `::$DATA` for the unnamed stream, `:name:$DATA` for others. */
  readonly streamName: string;
}

const stream: EntryBody<FileStreamInformation> = {
  name: 'FileStreamInformation',
  section: '[MS-FSCC] 2.4',
  decode(r) {
    const nameLength = r.u32('StreamNameLength');
    const streamSize = r.u64('StreamSize');
    const streamAllocationSize = r.u64('StreamAllocationSize');
    return { streamSize, streamAllocationSize, streamName: r.utf16(nameLength, 'StreamName') };
  },
  encode(w, m) {
    w.u32(m.streamName.length * 2);
    w.u64(m.streamSize);
    w.u64(m.streamAllocationSize);
    w.utf16(m.streamName);
  },
};

/** All streams of a file, [MS-FSCC] 2.4: a list, empty for a directory without streams. */
export const fileStreamInformation: Codec<readonly FileStreamInformation[]> = {
  name: stream.name,
  section: '[MS-FSCC] 2.4',
  decode: (r) => decodeEntries(r, stream, 8),
  encode: (w, streams) => encodeEntries(w, stream, 8, streams),
};
