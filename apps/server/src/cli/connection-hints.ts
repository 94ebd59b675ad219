import { hostname } from 'node:os';

/** The commands that connect to the server, from this machine and from others. */
export function connectionHints(to: {
  readonly port: number;
  readonly share: string;
  /** Undefined: guests connect. */
  readonly user: string | undefined;
  /** The command that starts this program. */
  readonly program: string;
  /** Undefined: the user knows it already. */
  readonly password: string | undefined;
}): string {
  const { port, share } = to;
  const host = hostname();
  const user = to.user ?? 'guest';
  const secret = to.password ?? (to.user === undefined ? '' : 'PASSWORD');
  const atPort = port === 445 ? '' : `:${port}`;
  const lines = [
    ...(to.user === undefined
      ? ['no user and password needed']
      : [`user ${user}, password ${to.password ?? `as before; to change it: ${to.program} user passwd ${user}`}`]),
    `  smbclient //127.0.0.1/${share} -p ${port} -U '${user}%${secret}'`,
    `  sudo mount -t cifs //127.0.0.1/${share} /mnt -o port=${port},username=${user},password=${secret},vers=3.1.1`,
    `  macOS, Linux desktops: smb://${user}@${host}${atPort}/${share}`,
    port === 445
      ? `  Windows: net use * \\\\${host}\\${share} /user:${user}`
      : `  Windows 11: net use * \\\\${host}\\${share} /user:${user} /TCPPORT:${port}`,
  ];
  return lines.join('\n');
}
