import { type Codec, type Guid, guid } from '@tsmbd/ms-dtyp';

/**
 * VALIDATE_NEGOTIATE_INFO request, [MS-SMB2] 2.2.31.4: the content of the client's NEGOTIATE again,
 * now signed.
 */
export interface ValidateNegotiateInfoRequest {
  /** Bits of Capabilities. */
  readonly capabilities: number;
  readonly guid: Guid;
  /** Bits of SecurityMode. */
  readonly securityMode: number;
  /** Values of Dialect. */
  readonly dialects: readonly number[];
}

/** VALIDATE_NEGOTIATE_INFO request, [MS-SMB2] 2.2.31.4. */
export const validateNegotiateInfoRequest: Codec<ValidateNegotiateInfoRequest> = {
  name: 'VALIDATE_NEGOTIATE_INFO Request',
  section: '[MS-SMB2] 2.2.31.4',
  decode(r) {
    const capabilities = r.u32('Capabilities');
    const clientGuid = r.guid('Guid');
    const securityMode = r.u16('SecurityMode');
    const count = r.u16('DialectCount');
    const dialects = r.u16s(count, 'Dialects');
    return { capabilities, guid: clientGuid, securityMode, dialects };
  },
  encode(w, m) {
    w.u32(m.capabilities);
    guid.encode(w, m.guid);
    w.u16(m.securityMode);
    w.u16(m.dialects.length);
    for (const dialect of m.dialects) w.u16(dialect);
  },
};

/**
 * VALIDATE_NEGOTIATE_INFO response, [MS-SMB2] 2.2.32.6: the content of the server's NEGOTIATE
 * response.
 */
export interface ValidateNegotiateInfoResponse {
  /** Bits of Capabilities. */
  readonly capabilities: number;
  readonly guid: Guid;
  /** Bits of SecurityMode. */
  readonly securityMode: number;
  /** One of Dialect. */
  readonly dialect: number;
}

/** VALIDATE_NEGOTIATE_INFO response, [MS-SMB2] 2.2.32.6. */
export const validateNegotiateInfoResponse: Codec<ValidateNegotiateInfoResponse> = {
  name: 'VALIDATE_NEGOTIATE_INFO Response',
  section: '[MS-SMB2] 2.2.32.6',
  decode: (r) => ({
    capabilities: r.u32('Capabilities'),
    guid: r.guid('Guid'),
    securityMode: r.u16('SecurityMode'),
    dialect: r.u16('Dialect'),
  }),
  encode(w, m) {
    w.u32(m.capabilities);
    guid.encode(w, m.guid);
    w.u16(m.securityMode);
    w.u16(m.dialect);
  },
};
