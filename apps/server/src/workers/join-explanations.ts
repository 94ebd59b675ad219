import type { DenialAnswer, OpenExplanation } from '@tsmbd/smb2-server';

/**
 * What the workers say of a file. Only the file's home knows who has it open; the others say that
 * nobody has.
 */
export function joinExplanations(parts: readonly (OpenExplanation | undefined)[]): OpenExplanation | undefined {
  const known = parts.filter((part) => part !== undefined);
  return known.find(({ opens, newOpens }) => opens.length > 0 || newOpens.length > 0) ?? known[0];
}

/** What the workers say of a denial. Only the file's home knows of other opens of it. */
export function joinDenials(answers: readonly DenialAnswer[]): DenialAnswer {
  return answers.find(({ rule }) => rule === 'share mode' || rule === 'deletion') ?? answers[0]!;
}
