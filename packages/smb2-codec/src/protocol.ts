/** The kind of a message on an SMB connection, by its first four bytes. */
export type MessageKind = 'smb1' | 'smb2' | 'transform' | 'compressed' | 'unknown';

/**
 * The kind of a message by its first bytes (without the transport's length): 0xFF 'SMB' is SMB1,
 * 0xFE 'SMB' is SMB2 ([MS-SMB2] 2.2.1), 0xFD 'SMB' is encrypted (2.2.41), 0xFC 'SMB' is compressed
 * (2.2.42).
 */
export function protocolOf(bytes: Uint8Array): MessageKind {
  if (bytes.length < 4 || bytes[1] !== 0x53 || bytes[2] !== 0x4d || bytes[3] !== 0x42) return 'unknown';
  switch (bytes[0]) {
    case 0xfe:
      return 'smb2';
    case 0xfd:
      return 'transform';
    case 0xfc:
      return 'compressed';
    case 0xff:
      return 'smb1';
    default:
      return 'unknown';
  }
}
