import type { Codec } from '@tsmbd/ms-dtyp';

/** STARTING_VCN_INPUT_BUFFER: request of FSCTL_GET_RETRIEVAL_POINTERS, [MS-FSCC] 2.3. */
export interface StartingVcn {
  readonly startingVcn: bigint;
}

/** STARTING_VCN_INPUT_BUFFER, [MS-FSCC] 2.3. */
export const startingVcn: Codec<StartingVcn> = {
  name: 'STARTING_VCN_INPUT_BUFFER',
  section: '[MS-FSCC] 2.3',
  decode: (r) => ({ startingVcn: r.i64('StartingVcn') }),
  encode: (w, m) => w.i64(m.startingVcn),
};

/** One extent of a file: the virtual cluster at which it ends, and its place on the volume. */
export interface Extent {
  readonly nextVcn: bigint;
  /** -1n: not allocated. */
  readonly lcn: bigint;
}

/** RETRIEVAL_POINTERS_BUFFER: response of FSCTL_GET_RETRIEVAL_POINTERS, [MS-FSCC] 2.3. */
export interface RetrievalPointers {
  readonly startingVcn: bigint;
  readonly extents: readonly Extent[];
}

/** RETRIEVAL_POINTERS_BUFFER, [MS-FSCC] 2.3. */
export const retrievalPointers: Codec<RetrievalPointers> = {
  name: 'RETRIEVAL_POINTERS_BUFFER',
  section: '[MS-FSCC] 2.3',
  decode(r) {
    const count = r.u32('ExtentCount');
    r.skip(4, 'Unused');
    const first = r.i64('StartingVcn');
    const extents: Extent[] = [];
    for (let i = 0; i < count; i++) {
      r.enter('Extents', i);
      extents.push({ nextVcn: r.i64('NextVcn'), lcn: r.i64('Lcn') });
      r.leave();
    }
    return { startingVcn: first, extents };
  },
  encode(w, m) {
    w.u32(m.extents.length);
    w.zero(4);
    w.i64(m.startingVcn);
    for (const { nextVcn, lcn } of m.extents) {
      w.i64(nextVcn);
      w.i64(lcn);
    }
  },
};
