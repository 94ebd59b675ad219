import type { DenialAnswer } from '@tsmbd/smb2-server';

/** Rights by the words that people use. Values are bits of an ACCESS_MASK, [MS-SMB2] 2.2.13.1. */
const WORDS: ReadonlyMap<string, number> = new Map([
  ['read', 0x0012_0089],
  ['write', 0x0012_0116],
  ['execute', 0x0012_00a0],
  ['delete', 0x0001_0000],
  ['permissions', 0x0004_0000],
  ['owner', 0x0008_0000],
  ['full', 0x001f_01ff],
]);

/** Their names in the specification. */
const NAMES: ReadonlyMap<string, number> = new Map([
  ['FILE_READ_DATA', 0x1],
  ['FILE_LIST_DIRECTORY', 0x1],
  ['FILE_WRITE_DATA', 0x2],
  ['FILE_ADD_FILE', 0x2],
  ['FILE_APPEND_DATA', 0x4],
  ['FILE_ADD_SUBDIRECTORY', 0x4],
  ['FILE_READ_EA', 0x8],
  ['FILE_WRITE_EA', 0x10],
  ['FILE_EXECUTE', 0x20],
  ['FILE_TRAVERSE', 0x20],
  ['FILE_DELETE_CHILD', 0x40],
  ['FILE_READ_ATTRIBUTES', 0x80],
  ['FILE_WRITE_ATTRIBUTES', 0x100],
  ['DELETE', 0x0001_0000],
  ['READ_CONTROL', 0x0002_0000],
  ['WRITE_DAC', 0x0004_0000],
  ['WRITE_OWNER', 0x0008_0000],
  ['SYNCHRONIZE', 0x0010_0000],
  ['ACCESS_SYSTEM_SECURITY', 0x0100_0000],
  ['GENERIC_ALL', 0x1000_0000],
  ['GENERIC_EXECUTE', 0x2000_0000],
  ['GENERIC_WRITE', 0x4000_0000],
  ['GENERIC_READ', 0x8000_0000],
]);

export const ACCESS_WORDS: readonly string[] = [...WORDS.keys()];

/** What people mostly want, in the order in which they want it. */
export const USUAL_WISHES: readonly number[] = [WORDS.get('read')!, WORDS.get('write')!, WORDS.get('delete')!];

/** The access mask that words, names and numbers with `+` between stand for. Throws an Error. */
export function parseAccess(text: string): number {
  let mask = 0;
  for (const word of text.split(/[+,|]/)) {
    const known = WORDS.get(word.toLowerCase()) ?? NAMES.get(word.toUpperCase());
    const number = /^0x[0-9a-f]{1,8}$/i.test(word) ? Number(word) : undefined;
    const bits = known ?? number;
    if (bits === undefined) throw new Error(`no access is called ${word}; there are ${ACCESS_WORDS.join(', ')}`);
    mask |= bits;
  }
  return mask >>> 0;
}

/** A sentence for what was asked last, and for each that was allowed before. */
export function formatDenials(answers: readonly DenialAnswer[]): string {
  const lines = answers.map(({ sentence }) => sentence);
  const remedy = answers.at(-1)?.remedy;
  if (remedy !== undefined) lines.push(`To change it: ${remedy}`);
  return lines.join('\n');
}
