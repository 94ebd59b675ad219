import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Programs of others that suites run against, by command, with the Debian package that has each.
 */
export const PEERS = {
  smbclient: 'smbclient',
  rpcclient: 'smbclient',
  smbtorture: 'samba-testsuite',
  smbd: 'samba',
  tshark: 'tshark',
  rclone: 'rclone',
  chromium: 'chromium',
  tcpdump: 'tcpdump',
  'impacket-samrdump': 'python3-impacket',
} as const;

export type PeerName = keyof typeof PEERS;

/** Folders that a user's PATH may lack and Debian puts servers into. */
const MORE_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/sbin'];

/** Those of `names` that this machine lacks. */
export function missingPeers(names: readonly PeerName[]): PeerName[] {
  return names.filter((name) => !installed(name));
}

/** True where a missing peer is a failure: in CI, which installs them all. */
export function peersRequired(): boolean {
  return process.env['TSMBD_REQUIRE_PEERS'] === '1';
}

function installed(command: string): boolean {
  return [...(process.env['PATH'] ?? '').split(delimiter), ...MORE_FOLDERS].some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      return false;
    }
  });
}
