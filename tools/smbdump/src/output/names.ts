import { NtStatus, RareNtStatus } from '@tsmbd/ms-dtyp';
import { Command, Smb1Command } from '@tsmbd/smb2-codec';
import { closestMatch } from 'leven';

/** A name that a filter asks for and that nothing can have. */
export class UnknownNameError extends Error {
  override readonly name = 'UnknownNameError';
}

/** What `commandText` calls the PDUs of a capture, but for commands that no specification names. */
export const COMMAND_NAMES: readonly string[] = [
  ...Object.keys(Command),
  ...Object.keys(Smb1Command).map((name) => `SMB1_${name}`),
  'SEALED',
  'COMPRESSED',
  'MALFORMED',
];

/** Names of statuses as `ntStatusName` gives them. */
export const STATUS_NAMES: ReadonlySet<string> = new Set([...Object.keys(NtStatus), ...Object.keys(RareNtStatus)]);

/** The same as people write them: most without their `STATUS_`. */
export const SHORT_STATUS_NAMES: readonly string[] = Array.from(STATUS_NAMES, (name) => name.replace(/^STATUS_/, ''));

/** Longer words are not looked up: what is compared costs the product of both lengths. */
const MAX_WORD = 100;

/**
 * The name that is meant by a word of the same case: spelled nearly so, or the shortest that has it
 * inside.
 */
export function nearestName(word: string, names: readonly string[]): string | undefined {
  if (word.length < 2 || word.length > MAX_WORD) return undefined;
  const near = closestMatch(word, names, { maxDistance: Math.max(2, Math.floor(word.length / 3)) });
  if (near !== undefined) return near;
  return names.filter((name) => name.includes(word)).sort((a, b) => a.length - b.length)[0];
}

/** What to say of a name that is unknown. */
export function unknownName(kind: string, word: string, names: readonly string[]): string {
  const near = nearestName(word.toUpperCase(), names);
  return `no ${kind} is called ${JSON.stringify(word)}${near === undefined ? '' : `; did you mean ${near}?`}`;
}
