import type { Codec } from '@tsmbd/ms-dtyp';

/** FSCTL_SET_SPARSE request, FILE_SET_SPARSE_BUFFER, [MS-FSCC] 2.3. The response has no data. */
export interface FileSetSparseBuffer {
  readonly setSparse: boolean;
}

/** FILE_SET_SPARSE_BUFFER, [MS-FSCC] 2.3. An empty buffer means true. */
export const fileSetSparseBuffer: Codec<FileSetSparseBuffer> = {
  name: 'FILE_SET_SPARSE_BUFFER',
  section: '[MS-FSCC] 2.3',
  decode: (r) => ({ setSparse: r.remaining === 0 || r.u8('SetSparse') !== 0 }),
  encode: (w, m) => w.u8(m.setSparse ? 1 : 0),
};
