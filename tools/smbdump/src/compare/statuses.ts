import { NtStatus, ntStatusName } from '@tsmbd/smb2-codec';
import { tsharkValues } from './tshark.ts';

/** What a comparison of the names of NTSTATUS came to. */
export interface StatusComparison {
  /** Names that both have for the same number. */
  readonly agreed: number;
  /** Numbers that only tshark has a name for, or only we. */
  readonly theirsOnly: number;
  readonly oursOnly: readonly string[];
  /** Another name for the same number that no explanation names. */
  readonly unexplained: readonly string[];
  readonly explained: readonly string[];
}

/** Numbers with two names, or one that tshark has wrong. [MS-ERREF] 2.3 decides. */
const EXPLAINED: ReadonlyMap<number, string> = new Map([]);

/** Holds our names of NTSTATUS against tshark's. */
export async function compareStatuses(): Promise<StatusComparison> {
  const theirs = await tsharkValues('smb2.nt_status');
  const unexplained: string[] = [];
  const explained: string[] = [];
  const oursOnly: string[] = [];
  let agreed = 0;
  for (const value of new Set<number>(Object.values(NtStatus))) {
    const name = ntStatusName(value) ?? '';
    const shown = theirs.get(value);
    const text = `0x${value.toString(16)}: ${name}, tshark ${shown}`;
    if (shown === undefined) oursOnly.push(name);
    else if (shown === name) agreed++;
    else if (EXPLAINED.has(value)) explained.push(`${text}: ${EXPLAINED.get(value)}`);
    else unexplained.push(text);
  }
  return { agreed, theirsOnly: theirs.size - agreed, oursOnly, unexplained, explained };
}
