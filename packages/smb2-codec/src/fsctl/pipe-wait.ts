import type { Codec } from '@tsmbd/ms-dtyp';

/** FSCTL_PIPE_WAIT request, [MS-FSCC] 2.3. The response has no data. */
export interface PipeWaitRequest {
  /** Units of 100 ns; valid if `timeoutSpecified`. */
  readonly timeout: bigint;
  readonly timeoutSpecified: boolean;
  /** The pipe's name without `\pipe\`. */
  readonly name: string;
}

/** FSCTL_PIPE_WAIT request, [MS-FSCC] 2.3. */
export const pipeWaitRequest: Codec<PipeWaitRequest> = {
  name: 'FSCTL_PIPE_WAIT Request',
  section: '[MS-FSCC] 2.3',
  decode(r) {
    const timeout = r.i64('Timeout');
    const nameLength = r.u32('NameLength');
    const timeoutSpecified = r.u8('TimeoutSpecified') !== 0;
    r.skip(1, 'Padding');
    return { timeout, timeoutSpecified, name: r.utf16(nameLength, 'Name') };
  },
  encode(w, m) {
    w.i64(m.timeout);
    w.u32(m.name.length * 2);
    w.u8(m.timeoutSpecified ? 1 : 0);
    w.zero(1);
    w.utf16(m.name);
  },
};
