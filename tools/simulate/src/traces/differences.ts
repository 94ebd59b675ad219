/**
 * A place where a recorded server behaved differently from the machine, and why that is accepted.
 */
export interface KnownDifference {
  /** The end of the capture's name. */
  readonly file: string;
  /** Matches the text of a difference in a TraceReport. */
  readonly what: RegExp;
  readonly reason: string;
}

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    file: 'tsmbd-smbtorture-lock-valid-request.pcap.gz',
    what: /^32: LOCK locked, recorded waiting$/,
    reason:
      'This server as it was when it was recorded. A shared lock over a range that the same open has locked exclusively is granted, as smbd’s capture of the same test shows. [MS-FSA] 2.1.4.10',
  },
  {
    file: 'zeek__smb2_krb.pcap',
    what: /CREATE oplock 0, recorded oplock 255$/,
    reason:
      'The server says "lease" where it gives none and sends no context. [MS-SMB2] 3.3.5.9.8 has it say NONE then, as we do; to a client both are no caching.',
  },
  {
    file: 'zeek__smb3_multichannel.pcap',
    what: /^no break of lease e0147aa0-d008-ffff-5b07-000000000000: 3 to 0, recorded$/,
    reason:
      'A directory lease breaks when a file in it that was written is closed. The engine does that (SmbServer.closedModified), not the machine for one file: a replay of the machine alone sees entries come and go only.',
  },
];

/** Differences of a capture that no known difference explains. */
export function unexplained(file: string, differences: readonly string[]): string[] {
  const known = KNOWN_DIFFERENCES.filter((known) => file.endsWith(known.file));
  return differences.filter((difference) => !known.some(({ what }) => what.test(difference)));
}
