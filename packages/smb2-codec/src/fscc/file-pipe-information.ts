import type { Codec } from '@tsmbd/ms-dtyp';

/** Modes of a named pipe, [MS-FSCC] 2.4. */
export interface FilePipeInformation {
  /** 0: bytes, 1: messages. */
  readonly readMode: number;
  /** 0: block, 1: answer at once. */
  readonly completionMode: number;
}

/** FilePipeInformation, [MS-FSCC] 2.4. */
export const filePipeInformation: Codec<FilePipeInformation> = {
  name: 'FilePipeInformation',
  section: '[MS-FSCC] 2.4',
  decode: (r) => ({ readMode: r.u32('ReadMode'), completionMode: r.u32('CompletionMode') }),
  encode(w, m) {
    w.u32(m.readMode);
    w.u32(m.completionMode);
  },
};

/** State of a named pipe, [MS-FSCC] 2.4. */
export interface FilePipeLocalInformation {
  /** 0: bytes, 1: messages. */
  readonly namedPipeType: number;
  /** 0: to the server, 1: from it, 2: both ways. */
  readonly namedPipeConfiguration: number;
  readonly maximumInstances: number;
  readonly currentInstances: number;
  /** Bytes. */
  readonly inboundQuota: number;
  /** Bytes. */
  readonly readDataAvailable: number;
  /** Bytes. */
  readonly outboundQuota: number;
  /** Bytes. */
  readonly writeQuotaAvailable: number;
  /** 1: disconnected, 2: listening, 3: connected, 4: closing. */
  readonly namedPipeState: number;
  /** 0: client, 1: server. */
  readonly namedPipeEnd: number;
}

/** FilePipeLocalInformation, [MS-FSCC] 2.4. */
export const filePipeLocalInformation: Codec<FilePipeLocalInformation> = {
  name: 'FilePipeLocalInformation',
  section: '[MS-FSCC] 2.4',
  decode: (r) => ({
    namedPipeType: r.u32('NamedPipeType'),
    namedPipeConfiguration: r.u32('NamedPipeConfiguration'),
    maximumInstances: r.u32('MaximumInstances'),
    currentInstances: r.u32('CurrentInstances'),
    inboundQuota: r.u32('InboundQuota'),
    readDataAvailable: r.u32('ReadDataAvailable'),
    outboundQuota: r.u32('OutboundQuota'),
    writeQuotaAvailable: r.u32('WriteQuotaAvailable'),
    namedPipeState: r.u32('NamedPipeState'),
    namedPipeEnd: r.u32('NamedPipeEnd'),
  }),
  encode(w, m) {
    w.u32(m.namedPipeType);
    w.u32(m.namedPipeConfiguration);
    w.u32(m.maximumInstances);
    w.u32(m.currentInstances);
    w.u32(m.inboundQuota);
    w.u32(m.readDataAvailable);
    w.u32(m.outboundQuota);
    w.u32(m.writeQuotaAvailable);
    w.u32(m.namedPipeState);
    w.u32(m.namedPipeEnd);
  },
};

/** How the client end of a pipe collects writes, [MS-FSCC] 2.4. */
export interface FilePipeRemoteInformation {
  /** Units of 100 ns. */
  readonly collectDataTime: bigint;
  /** Bytes. */
  readonly maximumCollectionCount: number;
}

/** FilePipeRemoteInformation, [MS-FSCC] 2.4. */
export const filePipeRemoteInformation: Codec<FilePipeRemoteInformation> = {
  name: 'FilePipeRemoteInformation',
  section: '[MS-FSCC] 2.4',
  decode: (r) => ({
    collectDataTime: r.u64('CollectDataTime'),
    maximumCollectionCount: r.u32('MaximumCollectionCount'),
  }),
  encode(w, m) {
    w.u64(m.collectDataTime);
    w.u32(m.maximumCollectionCount);
  },
};
