import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Programs of other projects against which suites run, by command, with the Debian package that
 * contains each.
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
  getfacl: 'acl',
  setfacl: 'acl',
} as const;

export type PeerName = keyof typeof PEERS;

/** Folders into which Debian puts servers, and which a user's PATH may lack. */
const MORE_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/sbin'];

/** Those of `names` that are not installed on this machine. */
export function missingPeers(names: readonly PeerName[]): PeerName[] {
  return names.filter((name) => !installed(name));
}

/** True if a missing peer is a failure. That is so in CI, which installs all of them. */
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
