import { encode } from '@tsmbd/ms-dtyp';
import { CacheBits } from '@tsmbd/oplock-lease';
import {
  Command,
  decodeDirectory,
  FileInformationClass,
  fileEndOfFileInformation,
  ioctlRequest,
  ioctlResponse,
  queryDirectoryRequest,
  queryDirectoryResponse,
  readRequest,
  readResponse,
  setInfoRequest,
  setInfoResponse,
  writeRequest,
  writeResponse,
} from '@tsmbd/smb2-codec';
import * as bodies from './bodies.ts';
import type { Heard, KnownOpen, SimClient } from './client.ts';
import type { EngineRun } from './engine-run.ts';
import type { WriteStep } from './steps.ts';

/**
 * What programs on the clients' machines do with the contents of files, using what their machine
 * has cached.
 */

const { READ, WRITE } = CacheBits;
export const READ_CODECS = [readRequest, readResponse] as const;
export const WRITE_CODECS = [writeRequest, writeResponse] as const;
const SET_INFO = [setInfoRequest, setInfoResponse] as const;
const IOCTL = [ioctlRequest, ioctlResponse] as const;
const FILE_WRITE_DATA = 2;
const MOST_BYTES = 64;
const RESTART_SCANS = 1;
const LATIN1 = new TextDecoder('latin1');
const TEXT = new TextEncoder();

/** Reads the whole file, and keeps what was read if caching is allowed. */
export function read(client: SimClient, open: KnownOpen, run: EngineRun): void {
  client.send(Command.READ, READ_CODECS, bodies.readBody(open.fileId, 0, MOST_BYTES), readInto(open, run), 0);
}

/** Handles the answer to a READ of the whole file that is sent now. */
export function readInto(open: KnownOpen, run: EngineRun): Heard<{ readonly data: Uint8Array }> {
  const { holding } = open;
  const generation = holding?.generation;
  const { changes } = run.world;
  const may = ((holding?.rights ?? 0) & READ) !== 0;
  const keep = (text: string): void => {
    run.expectBytes({ open, at: 0, text, isWhole: true, changes });
    // Content from an answer that came too late is not kept. What was written on this machine is
    // newer.
    if (holding !== undefined && may && holding.generation === generation && holding.dirty === undefined) {
      holding.clean = text;
    }
  };
  return {
    done: ({ data }) => keep(LATIN1.decode(data)),
    refused: (status) => {
      if (status === STATUS_END_OF_FILE) keep('');
    },
  };
}

const STATUS_END_OF_FILE = 0xc000_0011;

/**
 * A program writes: into the cache if that is allowed and the content is known, otherwise to the
 * server.
 */
export function write(client: SimClient, open: KnownOpen, step: WriteStep, run: EngineRun): void {
  const { at = 0, letter = 'x', through } = step;
  const text = letter.repeat(4);
  const { holding } = open;
  const mayCache = holding !== undefined && (holding.rights & WRITE) !== 0 && (open.access & FILE_WRITE_DATA) !== 0;
  if (mayCache && !through && !holding.breaking && (holding.dirty ?? holding.clean) !== undefined) {
    holding.dirty = overlaid((holding.dirty ?? holding.clean)!, at, text);
    return;
  }
  if (holding?.dirty !== undefined) flush(client, open, run, () => send(client, open, at, text, run));
  else send(client, open, at, text, run);
}

function send(client: SimClient, open: KnownOpen, at: number, text: string, run: EngineRun): void {
  const body = bodies.writeBody(open.fileId, at, TEXT.encode(text));
  client.send(Command.WRITE, WRITE_CODECS, body, written(open, at, text, run));
}

/** Handles the answer to a WRITE that is sent now. */
export function written(open: KnownOpen, at: number, text: string, run: EngineRun): Heard<unknown> {
  const { machine, holding } = open;
  // The request is counted when it is sent and when it is answered.
  const changes = run.world.changes + 2;
  machine.changes(holding);
  const over = (): void => machine.changes(holding);
  return {
    done: () => {
      over();
      run.expectBytes({ open, at, text, isWhole: false, changes });
    },
    refused: over,
  };
}

/** Writes to the server what is only cached, and calls `then` when the server has answered. */
export function flush(client: SimClient, open: KnownOpen, run: EngineRun, then: () => void): void {
  const { holding } = open;
  const text = holding?.dirty;
  const isCached = holding !== undefined && text !== undefined;
  const writers = isCached ? [open, ...holding.opens] : [];
  const writer = writers.find(({ by, access }) => by === client && (access & FILE_WRITE_DATA) !== 0);
  if (!isCached || writer === undefined) {
    if (isCached) holding.dirty = undefined;
    then();
    return;
  }
  const over = (): void => {
    open.machine.changes(holding);
    if (holding.dirty === text) holding.dirty = undefined;
    then();
  };
  const heard = written(writer, 0, text, run);
  const body = bodies.writeBody(writer.fileId, 0, TEXT.encode(text));
  client.send(Command.WRITE, WRITE_CODECS, body, {
    done: (...answer) => {
      heard.done?.(...answer);
      over();
    },
    refused: over,
  });
}

/** Makes the file end at `size`, or zeros what is before `size`. */
export function truncate(client: SimClient, open: KnownOpen, size: number): void {
  const buffer = encode(fileEndOfFileInformation, { endOfFile: BigInt(size) });
  const body = bodies.setInfoBody(open.fileId, FileInformationClass.FileEndOfFileInformation, buffer);
  client.send(Command.SET_INFO, SET_INFO, body, changed(open));
}

export function zero(client: SimClient, open: KnownOpen, to: number): void {
  client.send(Command.IOCTL, IOCTL, bodies.zeroBody(open.fileId, 0, to), changed(open));
}

/** Copies the first bytes of `from` to `open`. */
export function copy(client: SimClient, open: KnownOpen, from: KnownOpen): void {
  client.send(Command.IOCTL, IOCTL, bodies.copyBody(open.fileId, bodies.sourceKeyOf(from.fileId), 4), changed(open));
}

/**
 * Handles the answer to a request that changes the open's file in a way that its client does not
 * track.
 */
function changed({ machine, holding }: KnownOpen): Heard<unknown> {
  const over = (): void => {
    machine.changes(holding);
    if (holding !== undefined) holding.dirty = undefined;
  };
  over();
  return { done: over, refused: over };
}

/** Lists the whole directory, and keeps the names if caching is allowed. */
export function list(client: SimClient, open: KnownOpen): void {
  const { holding } = open;
  const generation = holding?.generation;
  client.send(
    Command.QUERY_DIRECTORY,
    [queryDirectoryRequest, queryDirectoryResponse],
    bodies.listBody(open.fileId, RESTART_SCANS),
    {
      done: ({ buffer }) => {
        if (holding === undefined || (holding.rights & READ) === 0 || holding.generation !== generation) return;
        const entries = decodeDirectory(bodies.LIST_CLASS, buffer) ?? [];
        holding.names = namesOf(entries.map(({ fileName }) => fileName));
      },
    },
  );
}

/** Names in the form in which they are compared. */
export function namesOf(names: readonly string[]): string {
  return names
    .filter((name) => name !== '.' && name !== '..')
    .sort()
    .join('/');
}

function overlaid(text: string, at: number, piece: string): string {
  return text.slice(0, at).padEnd(at, '\0') + piece + text.slice(at + piece.length);
}
