import type { OpenExplanation } from '@tsmbd/smb2-server';

/**
 * What the workers say of a file. Only the file's home knows who has it open; the others say that
 * nobody has.
 */
export function joinExplanations(parts: readonly (OpenExplanation | undefined)[]): OpenExplanation | undefined {
  const known = parts.filter((part) => part !== undefined);
  return known.find(({ opens, newOpens }) => opens.length > 0 || newOpens.length > 0) ?? known[0];
}
