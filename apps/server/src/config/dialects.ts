import { z } from 'zod';

/** Dialects that the server speaks, oldest first, and every older or other name of them. */
export const DIALECTS = {
  SMB2_02: 0x0202,
  SMB2_10: 0x0210,
  SMB3_00: 0x0300,
  SMB3_02: 0x0302,
  SMB3_11: 0x0311,
} as const;
export type DialectName = keyof typeof DIALECTS;

/**
 * Names of dialects in Samba and ksmbd, and their numbers. The server does not speak the dialects
 * of test versions of Windows.
 */
const NAMES: Readonly<Record<string, number>> = {
  core: 0,
  coreplus: 0,
  lanman1: 0,
  lanman2: 0,
  nt1: 0,
  smb1: 0,
  smb2: 0x0210,
  smb2_02: 0x0202,
  smb2_10: 0x0210,
  smb2_22: 0x0222,
  smb2_24: 0x0224,
  smb21: 0x0210,
  smb3: 0x0311,
  smb3_00: 0x0300,
  smb3_02: 0x0302,
  smb3_10: 0x0310,
  smb3_11: 0x0311,
  smb30: 0x0300,
  smb302: 0x0302,
  smb311: 0x0311,
  '2.0.2': 0x0202,
  '2.1': 0x0210,
  '3.0': 0x0300,
  '3.0.2': 0x0302,
  '3.1.1': 0x0311,
};

/**
 * A dialect by any of its names. If the server does not speak it, the nearest one that it speaks
 * and that is at least, or at most, the named one.
 */
export function dialect(bound: 'at least' | 'at most') {
  return z.string().transform((value, ctx): DialectName => {
    const isLeast = bound === 'at least';
    const name = value.toLowerCase();
    if (name === 'default') return isLeast ? 'SMB2_02' : 'SMB3_11';
    const number = NAMES[name];
    const spoken = Object.entries(DIALECTS) as [DialectName, number][];
    const found =
      number === undefined
        ? undefined
        : isLeast
          ? spoken.find(([, n]) => n >= number)
          : spoken.findLast(([, n]) => n <= number);
    if (found !== undefined) return found[0];
    const known = `expected one of ${Object.keys(NAMES).join(', ').toUpperCase()}`;
    ctx.addIssue(number === undefined ? known : 'nothing older than SMB2_02 is spoken: nobody could connect');
    return z.NEVER;
  });
}
