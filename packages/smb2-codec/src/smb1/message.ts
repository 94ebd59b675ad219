import type { Codec } from '@tsmbd/ms-dtyp';
import { type Smb1Header, smb1Header } from './header.ts';

/** An SMB1 message of which only the header is decoded, [MS-CIFS] 2.2.3. */
export interface Smb1Message extends Smb1Header {
  /** SMB_Parameters and SMB_Data, undecoded. */
  readonly data: Uint8Array;
}

/** Any SMB1 message: its header, and the bytes after it, [MS-CIFS] 2.2.3. */
export const smb1Message: Codec<Smb1Message> = {
  name: 'SMB Message',
  section: '[MS-CIFS] 2.2.3',
  decode: (r) => ({ ...smb1Header.decode(r), data: r.rest('SMB_Parameters/SMB_Data') }),
  encode(w, m) {
    smb1Header.encode(w, m);
    w.bytes(m.data);
  },
};
