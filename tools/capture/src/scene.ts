import { spawn, spawnSync } from 'node:child_process';
import type { RecordedServer } from './servers.ts';

/** What one capture shows, and how it comes about. */
export interface Scene {
  /** Without the server's name and the ending. */
  readonly name: string;
  readonly shows: string;
  /** Command whose version stands in the index; `tsmbd` for our own client. */
  readonly client: string;
  readonly protection: 'none' | 'signed' | 'sealed';
  /** Only against this server. */
  readonly only?: RecordedServer['kind'];
  /** Who logs on, where it is not the server's own user. */
  readonly as?: { readonly user: string; readonly password: string };
  run(server: RecordedServer): Promise<void>;
}

/** Runs a client with these arguments; what it says and whether it was content do not matter. */
export function runClient(command: string, args: readonly string[], env: Record<string, string> = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'ignore', env: { ...process.env, ...env } });
    const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
    child.once('error', reject);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Name and version of a client. */
export function versionOf(command: string): string {
  if (command === 'tsmbd') return 'tsmbd tools/smb-client';
  // smbtorture tells its version nowhere; it comes from the package that smbclient comes from.
  const asked = command === 'smbtorture' ? 'smbclient' : command;
  const { stdout } = spawnSync(asked, [command === 'rclone' ? 'version' : '--version'], { encoding: 'utf8' });
  const first = stdout.split('\n')[0]!.replace('Version', '').trim();
  return first.startsWith(command) ? first : `${command} ${first}`;
}
