import { spawn, spawnSync } from 'node:child_process';
import type { RecordedServer } from './servers.ts';

/** What one capture shows, and how it is made. */
export interface Scene {
  /** Without the server's name and the ending. */
  readonly name: string;
  readonly shows: string;
  /** The command whose version is recorded in the index; `tsmbd` for this project's own client. */
  readonly client: string;
  readonly protection: 'none' | 'signed' | 'sealed';
  /** Only against this server. */
  readonly only?: RecordedServer['kind'];
  /** The user that logs on, if it is not the server's own user. */
  readonly as?: { readonly user: string; readonly password: string };
  run(server: RecordedServer): Promise<void>;
}

/** Runs a client with these arguments. Its output and its exit status do not matter. */
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
  // smbtorture does not print its version. It comes from the same package as smbclient.
  const asked = command === 'smbtorture' ? 'smbclient' : command;
  const { stdout } = spawnSync(asked, [command === 'rclone' ? 'version' : '--version'], { encoding: 'utf8' });
  const first = stdout.split('\n')[0]!.replace('Version', '').trim();
  return first.startsWith(command) ? first : `${command} ${first}`;
}
