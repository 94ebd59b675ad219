import { type Codec, CodecError, Reader } from '@tsmbd/ms-dtyp';
import {
  Command,
  closeRequest,
  createRequest,
  createResponse,
  HEADER_SIZE,
  lockRequest,
  negotiateRequest,
  negotiateResponse,
  oplockBreakRequest,
  oplockBreakResponse,
  setInfoRequest,
} from '@tsmbd/smb2-codec';
import { Analyzer, analyzeFile, type KeyRing, type OpenState, type Pdu, type RequestState } from '@tsmbd/tool-smbdump';

/**
 * A request or a message of the server that concerns the file state, in the order of the capture.
 */
export interface TraceEvent {
  readonly frame: number;
  readonly fromClient: boolean;
  readonly command: number;
  readonly status: number;
  readonly isInterim: boolean;
  /**
   * The decoded body; undefined for commands that do not matter, errors, and what cannot be read.
   */
  readonly body: unknown;
  readonly open: OpenState | undefined;
  readonly request: RequestState | undefined;
  /** Number of the connection. */
  readonly conversation: number;
}

const REQUESTS: Readonly<Record<number, Codec<unknown>>> = {
  [Command.NEGOTIATE]: negotiateRequest as Codec<unknown>,
  [Command.CREATE]: createRequest as Codec<unknown>,
  [Command.CLOSE]: closeRequest as Codec<unknown>,
  [Command.LOCK]: lockRequest as Codec<unknown>,
  [Command.SET_INFO]: setInfoRequest as Codec<unknown>,
  [Command.OPLOCK_BREAK]: oplockBreakRequest as Codec<unknown>,
};
const RESPONSES: Readonly<Record<number, Codec<unknown>>> = {
  [Command.NEGOTIATE]: negotiateResponse as Codec<unknown>,
  [Command.CREATE]: createResponse as Codec<unknown>,
  [Command.OPLOCK_BREAK]: oplockBreakResponse as Codec<unknown>,
};

/** Reads a capture, pcap or pcapng, gzipped or not. */
export async function readTrace(path: string, keys?: KeyRing): Promise<TraceEvent[]> {
  const events: TraceEvent[] = [];
  const analyzer = new Analyzer(
    {
      pdu(pdu) {
        if (pdu.kind === 'smb2' && pdu.header !== undefined) events.push(eventOf(pdu));
      },
    },
    keys === undefined ? {} : { keys },
  );
  await analyzeFile(path, analyzer);
  return events;
}

function eventOf(pdu: Pdu): TraceEvent {
  const { command, status } = pdu.header!;
  const codec = (pdu.fromClient ? REQUESTS : RESPONSES)[command];
  const isError = !pdu.fromClient && status !== 0;
  return {
    frame: pdu.frame,
    fromClient: pdu.fromClient,
    command,
    status,
    isInterim: pdu.isInterim,
    body: codec === undefined || isError ? undefined : decoded(codec, pdu),
    open: pdu.open,
    request: pdu.request,
    conversation: pdu.conversation.index,
  };
}

function decoded(codec: Codec<unknown>, pdu: Pdu): unknown {
  const reader = new Reader(pdu.message.slice(pdu.start, pdu.end), codec.name);
  reader.position = HEADER_SIZE;
  try {
    return codec.decode(reader);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return undefined;
  }
}
