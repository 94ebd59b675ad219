import type { Codec } from '@tsmbd/ms-dtyp';

/** Commands of the AAPL context, as Apple's published smb client source names them. */
export const AaplCommand = { SERVER_QUERY: 1, RESOLVE_ID: 2 } as const;

/** What a server query asks for, and which parts its answer has. */
export const AaplQuery = { SERVER_CAPS: 0x01, VOLUME_CAPS: 0x02, MODEL_INFO: 0x04 } as const;

/** Capabilities of the client and the server. */
export const AaplServerCaps = {
  SUPPORTS_READ_DIR_ATTR: 0x01,
  SUPPORTS_OSX_COPYFILE: 0x02,
  UNIX_BASED: 0x04,
  SUPPORTS_NFS_ACE: 0x08,
} as const;

/** Capabilities of the volume. */
export const AaplVolumeCaps = { SUPPORT_RESOLVE_ID: 0x01, CASE_SENSITIVE: 0x02, SUPPORTS_FULL_SYNC: 0x04 } as const;

/** AAPL create context of a request, not in [MS-SMB2]: a server query. */
export interface AaplRequest {
  /** One of AaplCommand. */
  readonly command: number;
  /** Bits of AaplQuery. */
  readonly requestBitmap: bigint;
  /** Bits of AaplServerCaps. */
  readonly clientCaps: bigint;
}

/** AAPL create context of a request: command, reserved, bitmap, capabilities. */
export const aaplRequest: Codec<AaplRequest> = {
  name: 'AAPL Request',
  section: "Apple's SMB2 extensions",
  decode(r) {
    const command = r.u32('Command');
    r.skip(4, 'Reserved');
    return { command, requestBitmap: r.u64('RequestBitmap'), clientCaps: r.u64('ClientCaps') };
  },
  encode(w, m) {
    w.u32(m.command);
    w.zero(4);
    w.u64(m.requestBitmap);
    w.u64(m.clientCaps);
  },
};

/** AAPL create context of a response. Each optional part is there when its bit of replyBitmap is set. */
export interface AaplResponse {
  /** One of AaplCommand. */
  readonly command: number;
  /** Bits of AaplServerCaps, with AaplQuery.SERVER_CAPS. */
  readonly serverCaps?: bigint;
  /** Bits of AaplVolumeCaps, with AaplQuery.VOLUME_CAPS. */
  readonly volumeCaps?: bigint;
  /** The machine's model, e.g. `MacSamba`, with AaplQuery.MODEL_INFO. */
  readonly model?: string;
}

/** AAPL create context of a response: command, reserved, bitmap, then the parts in the bits' order. */
export const aaplResponse: Codec<AaplResponse> = {
  name: 'AAPL Response',
  section: "Apple's SMB2 extensions",
  decode(r) {
    const command = r.u32('Command');
    r.skip(4, 'Reserved');
    const bitmap = Number(r.u64('ReplyBitmap') & 0xffffn);
    const parts: { serverCaps?: bigint; volumeCaps?: bigint; model?: string } = {};
    if ((bitmap & AaplQuery.SERVER_CAPS) !== 0) parts.serverCaps = r.u64('ServerCaps');
    if ((bitmap & AaplQuery.VOLUME_CAPS) !== 0) parts.volumeCaps = r.u64('VolumeCaps');
    if ((bitmap & AaplQuery.MODEL_INFO) !== 0) {
      r.skip(4, 'Pad');
      parts.model = r.utf16(r.u32('ModelStringLength'), 'ModelString');
    }
    return { command, ...parts };
  },
  encode(w, m) {
    w.u32(m.command);
    w.zero(4);
    w.u64(
      BigInt(
        (m.serverCaps === undefined ? 0 : AaplQuery.SERVER_CAPS) |
          (m.volumeCaps === undefined ? 0 : AaplQuery.VOLUME_CAPS) |
          (m.model === undefined ? 0 : AaplQuery.MODEL_INFO),
      ),
    );
    if (m.serverCaps !== undefined) w.u64(m.serverCaps);
    if (m.volumeCaps !== undefined) w.u64(m.volumeCaps);
    if (m.model !== undefined) {
      w.zero(4);
      w.u32(m.model.length * 2);
      w.utf16(m.model);
    }
  },
};
