import type { Codec } from '@tsmbd/ms-dtyp';
import { type FullEa, fullEaList } from '../fscc/full-ea.ts';

/**
 * SMB2_CREATE_EA_BUFFER ('ExtA'), [MS-SMB2] 2.2.13.2.1: extended attributes of the file to create.
 * Request only.
 */
export interface EaBuffer {
  readonly eas: readonly FullEa[];
}

/** SMB2_CREATE_EA_BUFFER, [MS-SMB2] 2.2.13.2.1: a list of FILE_FULL_EA_INFORMATION. */
export const eaBuffer: Codec<EaBuffer> = {
  name: 'CREATE_EA_BUFFER',
  section: '[MS-SMB2] 2.2.13.2.1',
  decode: (r) => ({ eas: fullEaList.decode(r) }),
  encode: (w, m) => fullEaList.encode(w, m.eas),
};
