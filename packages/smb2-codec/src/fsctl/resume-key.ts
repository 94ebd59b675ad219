import type { Codec } from '@tsmbd/ms-dtyp';

/** SRV_REQUEST_RESUME_KEY response, [MS-SMB2] 2.2.32.3. The request has no data. */
export interface SrvRequestResumeKeyResponse {
  /** 24 bytes that identify the open in a copychunk. */
  readonly resumeKey: Uint8Array;
  /** Always empty. */
  readonly context: Uint8Array;
}

/**
 * SRV_REQUEST_RESUME_KEY response, [MS-SMB2] 2.2.32.3. After a ContextLength of 0 some servers send
 * four more bytes.
 */
export const srvRequestResumeKeyResponse: Codec<SrvRequestResumeKeyResponse> = {
  name: 'SRV_REQUEST_RESUME_KEY Response',
  section: '[MS-SMB2] 2.2.32.3',
  decode(r) {
    const resumeKey = r.take(24, 'ResumeKey');
    return { resumeKey, context: r.take(r.u32('ContextLength'), 'Context') };
  },
  encode(w, m) {
    w.bytes(m.resumeKey);
    w.u32(m.context.length);
    w.bytes(m.context);
  },
};
