import { AvId, type AvPair } from './av-pairs.ts';
import { NtlmError } from './error.ts';
import { textOf } from './text.ts';

/**
 * Checks that what the challenge said about the server comes back in the client's response, each
 * pair once and unchanged, [MS-NLMP] 3.1.5.1.2. The client's proof covers its pairs. So this check
 * detects somebody in the middle who removed the timestamp from the challenge, to make the client
 * leave out the MIC, or who changed a name in it. smbd does the same. A MIC is not required: the
 * client of the Linux kernel sends none.
 *
 * Throws NtlmError `target-info`.
 *
 * @param sent the pairs of the CHALLENGE_MESSAGE
 * @param back the pairs of the NTLMv2 response
 */
export function checkTargetInfo(sent: readonly AvPair[], back: readonly AvPair[]): void {
  const seen = new Map<number, AvPair>();
  for (const pair of back) {
    // If there were two pairs with the same id, client and server could each use a different one.
    if (seen.has(pair.id)) throw new NtlmError('target-info', `AvId ${pair.id} twice`);
    if (pair.id === AvId.FLAGS && pair.value.length !== 4) throw new NtlmError('target-info', 'MsvAvFlags of no flags');
    seen.set(pair.id, pair);
  }
  for (const { id, value } of sent) {
    // An empty name contains nothing that could be lost.
    const returned = seen.get(id)?.value ?? (value.length === 0 ? value : undefined);
    if (returned === undefined) throw new NtlmError('target-info', `AvId ${id} did not come back`);
    if (!isSame(id, returned, value)) throw new NtlmError('target-info', `AvId ${id} came back as another`);
  }
  const known = new Set(sent.map((pair) => pair.id));
  for (const id of SAID_BY_SERVER) {
    if (seen.has(id) && !known.has(id)) throw new NtlmError('target-info', `AvId ${id} was never sent`);
  }
}

/**
 * smbclient and macOS read a name as text and write it again. What comes after a NUL is then lost.
 */
function isSame(id: number, returned: Uint8Array, sent: Uint8Array): boolean {
  if (id === AvId.TIMESTAMP) return equal(returned, sent);
  return nameIn(returned) === nameIn(sent);
}

function nameIn(value: Uint8Array): string {
  return textOf(value).split('\0')[0]!;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** The pairs that only a server sends, [MS-NLMP] 2.2.2.1; the other pairs are the client's own. */
const SAID_BY_SERVER = [
  AvId.NB_COMPUTER_NAME,
  AvId.NB_DOMAIN_NAME,
  AvId.DNS_COMPUTER_NAME,
  AvId.DNS_DOMAIN_NAME,
  AvId.DNS_TREE_NAME,
  AvId.TIMESTAMP,
] as const;
