import { AccessMask } from '@tsmbd/smb2-codec';
import type { DenialAnswer } from '@tsmbd/smb2-server';

/** Rights by the words that people use. */
const WORDS: ReadonlyMap<string, number> = new Map([
  ['read', AccessMask.FILE_GENERIC_READ],
  ['write', AccessMask.FILE_GENERIC_WRITE],
  ['execute', AccessMask.FILE_GENERIC_EXECUTE],
  ['delete', AccessMask.DELETE],
  ['permissions', AccessMask.WRITE_DAC],
  ['owner', AccessMask.WRITE_OWNER],
  ['full', AccessMask.FILE_ALL_ACCESS],
]);

/** Their names in the specification, [MS-SMB2] 2.2.13.1. */
const NAMES: ReadonlyMap<string, number> = new Map(Object.entries(AccessMask));

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
