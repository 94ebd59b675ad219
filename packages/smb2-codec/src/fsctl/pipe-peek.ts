import type { Codec } from '@tsmbd/ms-dtyp';

/** Response of FSCTL_PIPE_PEEK, [MS-FSCC] 2.3. */
export interface PipePeekResponse {
  /** As in FilePipeLocalInformation. */
  readonly namedPipeState: number;
  /** Bytes. */
  readonly readDataAvailable: number;
  readonly numberOfMessages: number;
  /** Bytes of the first message. */
  readonly messageLength: number;
  readonly data: Uint8Array;
}

/** FSCTL_PIPE_PEEK Reply, [MS-FSCC] 2.3. */
export const pipePeekResponse: Codec<PipePeekResponse> = {
  name: 'FSCTL_PIPE_PEEK Reply',
  section: '[MS-FSCC] 2.3',
  decode: (r) => ({
    namedPipeState: r.u32('NamedPipeState'),
    readDataAvailable: r.u32('ReadDataAvailable'),
    numberOfMessages: r.u32('NumberOfMessages'),
    messageLength: r.u32('MessageLength'),
    data: r.rest('Data'),
  }),
  encode(w, m) {
    w.u32(m.namedPipeState);
    w.u32(m.readDataAvailable);
    w.u32(m.numberOfMessages);
    w.u32(m.messageLength);
    w.bytes(m.data);
  },
};
