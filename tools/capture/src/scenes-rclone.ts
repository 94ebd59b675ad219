import { spawnSync } from 'node:child_process';
import { runClient, type Scene } from './scene.ts';
import type { RecordedServer } from './servers.ts';

async function rclone(server: RecordedServer, ...commands: readonly (readonly string[])[]): Promise<void> {
  const secret = spawnSync('rclone', ['obscure', server.password], { encoding: 'utf8' }).stdout.trim();
  const env = {
    RCLONE_CONFIG: '/dev/null',
    RCLONE_CONFIG_S_TYPE: 'smb',
    RCLONE_CONFIG_S_HOST: '127.0.0.1',
    RCLONE_CONFIG_S_PORT: String(server.port),
    RCLONE_CONFIG_S_USER: server.user,
    RCLONE_CONFIG_S_PASS: secret,
    RCLONE_CONFIG_S_DOMAIN: 'WORKGROUP',
  };
  for (const command of commands) await runClient('rclone', command, env);
}

/** rclone's SMB client is go-smb2, which implements everything independently of Samba. */
export const RCLONE_SCENES: readonly Scene[] = [
  {
    name: 'rclone-list',
    shows: 'the shares and a tree listed by rclone',
    client: 'rclone',
    protection: 'signed',
    run: (server) => rclone(server, ['lsd', 's:'], ['lsl', 's:t0']),
  },
  {
    name: 'rclone-copy',
    shows: 'files copied in, checked and copied out by rclone',
    client: 'rclone',
    protection: 'signed',
    run: (server) =>
      rclone(
        server,
        ['copy', '/etc/hostname', 's:t0/made/deep', '--retries', '1'],
        ['check', '/etc', 's:t0/made/deep', '--include', 'hostname', '--one-way'],
        ['cat', 's:t0/folder/größe.bin'],
      ),
  },
  {
    name: 'rclone-change',
    shows: 'folders made and removed, files moved, touched and deleted by rclone',
    client: 'rclone',
    protection: 'signed',
    run: (server) =>
      rclone(
        server,
        ['mkdir', 's:t0/new/folder'],
        ['moveto', 's:t0/small.txt', 's:t0/new/moved.txt'],
        ['touch', 's:t0/new/moved.txt', '--timestamp', '2020-01-02T03:04:05'],
        ['deletefile', 's:t0/new/moved.txt'],
        ['purge', 's:t0/new'],
      ),
  },
];
