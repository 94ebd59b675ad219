import type { Codec } from '@tsmbd/ms-dtyp';

/** Request of FSCTL_IS_PATHNAME_VALID, [MS-FSCC] 2.3. */
export interface PathnameRequest {
  readonly pathName: string;
}

/** FSCTL_IS_PATHNAME_VALID Request, [MS-FSCC] 2.3. */
export const pathnameRequest: Codec<PathnameRequest> = {
  name: 'FSCTL_IS_PATHNAME_VALID Request',
  section: '[MS-FSCC] 2.3',
  decode: (r) => ({ pathName: r.utf16(r.u32('PathNameLength'), 'PathName') }),
  encode(w, m) {
    w.u32(m.pathName.length * 2);
    w.utf16(m.pathName);
  },
};

/**
 * SI_COPYFILE: request of FSCTL_SIS_COPYFILE, [MS-FSCC] 2.3. The names include the zero that ends
 * them on the wire.
 */
export interface SisCopyfile {
  /** 1: only if the source is already linked; 2: replace the destination. */
  readonly flags: number;
  readonly sourceFileName: string;
  readonly destinationFileName: string;
}

/**
 * SI_COPYFILE, [MS-FSCC] 2.3. Both lengths are in bytes and include a terminating zero, if there is
 * one.
 */
export const sisCopyfile: Codec<SisCopyfile> = {
  name: 'SI_COPYFILE',
  section: '[MS-FSCC] 2.3',
  decode(r) {
    const sourceLength = r.u32('SourceFileNameLength');
    const destinationLength = r.u32('DestinationFileNameLength');
    const flags = r.u32('Flags');
    const sourceFileName = r.utf16(sourceLength, 'SourceFileName');
    return { flags, sourceFileName, destinationFileName: r.utf16(destinationLength, 'DestinationFileName') };
  },
  encode(w, m) {
    w.u32(m.sourceFileName.length * 2);
    w.u32(m.destinationFileName.length * 2);
    w.u32(m.flags);
    w.utf16(m.sourceFileName);
    w.utf16(m.destinationFileName);
  },
};
