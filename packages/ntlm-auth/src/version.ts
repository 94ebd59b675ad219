import type { Codec } from '@tsmbd/ms-dtyp';

/** VERSION, [MS-NLMP] 2.2.2.10. It is for people who debug; no behaviour depends on it. */
export interface NtlmVersion {
  readonly major: number;
  readonly minor: number;
  readonly build: number;
  /** NTLMRevisionCurrent; 15 is NTLMSSP_REVISION_W2K3. */
  readonly revision: number;
}

export const version: Codec<NtlmVersion> = {
  name: 'VERSION',
  decode(r) {
    const major = r.u8('ProductMajorVersion');
    const minor = r.u8('ProductMinorVersion');
    const build = r.u16('ProductBuild');
    r.skip(3, 'Reserved');
    return { major, minor, build, revision: r.u8('NTLMRevisionCurrent') };
  },
  encode(w, v) {
    w.u8(v.major);
    w.u8(v.minor);
    w.u16(v.build);
    w.zero(3);
    w.u8(v.revision);
  },
};

/** The version in a message whose sender gives none: Windows 10. */
export const DEFAULT_VERSION: NtlmVersion = { major: 10, minor: 0, build: 0, revision: 15 };
