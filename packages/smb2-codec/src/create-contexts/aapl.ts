import type { Codec, Reader } from '@tsmbd/ms-dtyp';

/** Commands of the AAPL context. The names are those of Apple's published smb client source. */
export const AaplCommand = { SERVER_QUERY: 1, RESOLVE_ID: 2 } as const;

/** The parts that a server query asks for, and that its answer has. */
export const AaplQuery = { SERVER_CAPS: 0x01, VOLUME_CAPS: 0x02, MODEL_INFO: 0x04 } as const;

/** Capabilities of the client and the server. */
export const AaplServerCaps = {
  /** Entries in listings of FileIdBothDirectoryInformation are AaplDirectoryEntry. */
  SUPPORTS_READ_DIR_ATTR: 0x01,
  SUPPORTS_OSX_COPYFILE: 0x02,
  /** Listings have the POSIX mode. */
  UNIX_BASED: 0x04,
  SUPPORTS_NFS_ACE: 0x08,
  /**
   * The same as SUPPORTS_READ_DIR_ATTR, with flags. A server that can do this reports it instead of
   * SUPPORTS_READ_DIR_ATTR.
   */
  SUPPORTS_READ_DIR_ATTR_V2: 0x10,
  SUPPORTS_HIFI: 0x20,
} as const;

/** Capabilities of the volume. */
export const AaplVolumeCaps = { SUPPORT_RESOLVE_ID: 0x01, CASE_SENSITIVE: 0x02, SUPPORTS_FULL_SYNC: 0x04 } as const;

/** AAPL create context of a request, not in [MS-SMB2]. */
export type AaplRequest =
  | {
      /** AaplCommand.SERVER_QUERY asks what the server can do. */
      readonly kind: 'server-query';
      /** Bits of AaplQuery. */
      readonly requestBitmap: bigint;
      /** Bits of AaplServerCaps. */
      readonly clientCaps: bigint;
    }
  | {
      /** AaplCommand.RESOLVE_ID asks where the file with this id is. */
      readonly kind: 'resolve-id';
      readonly fileId: bigint;
    }
  | AaplUnknown;

/** AAPL create context of a response. */
export type AaplResponse =
  | {
      /** The parts that the ReplyBitmap named. */
      readonly kind: 'server-query';
      /** Bits of AaplServerCaps, with AaplQuery.SERVER_CAPS. */
      readonly serverCaps?: bigint;
      /** Bits of AaplVolumeCaps, with AaplQuery.VOLUME_CAPS. */
      readonly volumeCaps?: bigint;
      /** The machine's model, e.g. `MacSamba`, with AaplQuery.MODEL_INFO. */
      readonly model?: string;
    }
  | {
      readonly kind: 'resolve-id';
      /** An NTSTATUS. */
      readonly status: number;
      /** The file's path from the share's root. */
      readonly path: string;
    }
  | AaplUnknown;

/** An unknown command: the bytes behind Command and Reserved. */
interface AaplUnknown {
  readonly kind: 'unknown';
  readonly command: number;
  readonly data: Uint8Array;
}

/** AAPL create context of a request: Command, Reserved, then the fields of that command. */
export const aaplRequest: Codec<AaplRequest> = {
  name: 'AAPL Request',
  section: "Apple's SMB2 extensions",
  decode(r) {
    const command = commandOf(r);
    if (command === AaplCommand.SERVER_QUERY) {
      return { kind: 'server-query', requestBitmap: r.u64('RequestBitmap'), clientCaps: r.u64('ClientCaps') };
    }
    if (command === AaplCommand.RESOLVE_ID) return { kind: 'resolve-id', fileId: r.u64('FileId') };
    return { kind: 'unknown', command, data: r.rest('Data') };
  },
  encode(w, m) {
    w.u32(numberOf(m));
    w.zero(4);
    if (m.kind === 'server-query') {
      w.u64(m.requestBitmap);
      w.u64(m.clientCaps);
    } else if (m.kind === 'resolve-id') w.u64(m.fileId);
    else w.bytes(m.data);
  },
};

/**
 * AAPL create context of a response: Command, Reserved, then the fields of that command. The parts
 * of an answer to a server query are in the order of ReplyBitmap's bits. Text may be padded to a
 * multiple of 8.
 */
export const aaplResponse: Codec<AaplResponse> = {
  name: 'AAPL Response',
  section: "Apple's SMB2 extensions",
  decode(r) {
    const command = commandOf(r);
    if (command === AaplCommand.SERVER_QUERY) return { kind: 'server-query', ...queryPartsOf(r) };
    if (command === AaplCommand.RESOLVE_ID) {
      const status = r.u32('ResolveID_NTStatus');
      return { kind: 'resolve-id', status, path: r.utf16(r.u32('ServerPathLen'), 'ServerPath') };
    }
    return { kind: 'unknown', command, data: r.rest('Data') };
  },
  encode(w, m) {
    w.u32(numberOf(m));
    w.zero(4);
    if (m.kind === 'unknown') {
      w.bytes(m.data);
      return;
    }
    if (m.kind === 'resolve-id') {
      w.u32(m.status);
      w.u32(m.path.length * 2);
      w.utf16(m.path);
      return;
    }
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

/**
 * Whether this answer says that the entries in this connection's listings are AaplDirectoryEntry
 * from now on.
 */
export function grantsReadDirAttr(response: AaplResponse): boolean {
  if (response.kind !== 'server-query') return false;
  const wanted = AaplServerCaps.SUPPORTS_READ_DIR_ATTR | AaplServerCaps.SUPPORTS_READ_DIR_ATTR_V2;
  return ((response.serverCaps ?? 0n) & BigInt(wanted)) !== 0n;
}

function commandOf(r: Reader): number {
  const command = r.u32('Command');
  r.skip(4, 'Reserved');
  return command;
}

function numberOf(m: AaplRequest | AaplResponse): number {
  if (m.kind === 'unknown') return m.command;
  return m.kind === 'server-query' ? AaplCommand.SERVER_QUERY : AaplCommand.RESOLVE_ID;
}

function queryPartsOf(r: Reader): { serverCaps?: bigint; volumeCaps?: bigint; model?: string } {
  const bitmap = Number(r.u64('ReplyBitmap') & 0xffffn);
  const parts: { serverCaps?: bigint; volumeCaps?: bigint; model?: string } = {};
  if ((bitmap & AaplQuery.SERVER_CAPS) !== 0) parts.serverCaps = r.u64('ServerCaps');
  if ((bitmap & AaplQuery.VOLUME_CAPS) !== 0) parts.volumeCaps = r.u64('VolumeCaps');
  if ((bitmap & AaplQuery.MODEL_INFO) !== 0) {
    r.skip(4, 'Pad');
    parts.model = r.utf16(r.u32('ModelStringLength'), 'ModelString');
  }
  return parts;
}
