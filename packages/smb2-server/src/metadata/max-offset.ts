/**
 * The largest offset of a byte, and size of a file: offsets are signed on the server. [MS-FSA]
 * 2.1.5.3
 */
export const MAX_OFFSET = 0x7fff_ffff_ffff_ffffn;
