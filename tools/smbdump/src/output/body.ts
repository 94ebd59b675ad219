import { CodecError, Reader } from '@tsmbd/ms-dtyp';
import { type Body, decodeBody, header } from '@tsmbd/smb2-codec';
import type { Pdu } from '../track/pdu.ts';

/** The decoded body of a PDU; undefined where it is cut or broken, and for what is no SMB2. */
export function bodyOf(pdu: Pdu): Body | undefined {
  if (pdu.header === undefined) return undefined;
  const r = new Reader(pdu.message, header.name, pdu.start, pdu.end);
  r.position = pdu.start + 64;
  try {
    return decodeBody(r, pdu.header);
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}
