import { Command } from '@tsmbd/smb2-codec';

/**
 * Fields of request and response bodies that tell which file they are about and how to read their
 * answers, by their offsets from the SMB2 header. A codec reads the whole body; these are read of
 * every PDU, also where only its first bytes were kept.
 */

/** Where the FileId of a request is, from its header on; 0 where it has none. */
const REQUEST_FILE_ID: Readonly<Record<number, number>> = {
  [Command.CLOSE]: 72,
  [Command.FLUSH]: 72,
  [Command.READ]: 80,
  [Command.WRITE]: 80,
  [Command.LOCK]: 72,
  [Command.IOCTL]: 72,
  [Command.QUERY_DIRECTORY]: 72,
  [Command.CHANGE_NOTIFY]: 72,
  [Command.QUERY_INFO]: 88,
  [Command.SET_INFO]: 80,
};
/** StructureSize of oplock breaks that name a FileId, [MS-SMB2] 2.2.23.1, 2.2.24.1 and 2.2.25.1. */
const OPLOCK_BREAK_SIZE = 24;

export interface FileIdParts {
  readonly persistent: bigint;
  readonly volatile: bigint;
}

/** The FileId of a request, or of an oplock break of either side. */
export function peekFileId(
  view: DataView,
  start: number,
  end: number,
  command: number,
  isResponse: boolean,
): FileIdParts | undefined {
  let offset = isResponse ? 0 : (REQUEST_FILE_ID[command] ?? 0);
  if (command === Command.OPLOCK_BREAK && end - start >= 66 && view.getUint16(start + 64, true) === OPLOCK_BREAK_SIZE) {
    offset = 72;
  }
  return offset === 0 ? undefined : peekFileIdAt(view, start + offset, end);
}

export function peekFileIdAt(view: DataView, at: number, end: number): FileIdParts | undefined {
  if (at + 16 > end) return undefined;
  return { persistent: view.getBigUint64(at, true), volatile: view.getBigUint64(at + 8, true) };
}

/** What the answer to a request can only be read with. */
export interface Asked {
  readonly infoType: number;
  readonly infoClass: number;
  readonly additionalInformation: number;
  readonly ctlCode: number;
  readonly ioOffset: bigint;
  readonly ioLength: number;
}

export const NOTHING_ASKED: Asked = {
  infoType: 0,
  infoClass: 0,
  additionalInformation: 0,
  ctlCode: 0,
  ioOffset: 0n,
  ioLength: 0,
};

export function peekAsked(view: DataView, start: number, end: number, command: number): Asked {
  const body = start + 64;
  const left = end - body;
  switch (command) {
    case Command.QUERY_INFO:
      if (left < 20) return NOTHING_ASKED;
      return {
        ...NOTHING_ASKED,
        infoType: view.getUint8(body + 2),
        infoClass: view.getUint8(body + 3),
        additionalInformation: view.getUint32(body + 16, true),
      };
    case Command.SET_INFO:
      if (left < 4) return NOTHING_ASKED;
      return { ...NOTHING_ASKED, infoType: view.getUint8(body + 2), infoClass: view.getUint8(body + 3) };
    case Command.QUERY_DIRECTORY:
      return left < 3 ? NOTHING_ASKED : { ...NOTHING_ASKED, infoClass: view.getUint8(body + 2) };
    case Command.IOCTL:
      return left < 8 ? NOTHING_ASKED : { ...NOTHING_ASKED, ctlCode: view.getUint32(body + 4, true) };
    case Command.READ:
    case Command.WRITE:
      if (left < 16) return NOTHING_ASKED;
      return {
        ...NOTHING_ASKED,
        ioLength: view.getUint32(body + 4, true),
        ioOffset: view.getBigUint64(body + 8, true),
      };
    default:
      return NOTHING_ASKED;
  }
}
