import type { ServerStatus } from '@tsmbd/smb2-server';

/** `tsmbd status` for people. */
export function formatStatus(status: ServerStatus): string {
  const lines = [
    `running since ${new Date(status.startedAt).toISOString()}, ${status.connections} connections, ${status.sessions.length} sessions`,
  ];
  for (const session of status.sessions) {
    const user = session.anonymous ? 'anonymous' : `${session.domain}\\${session.user}`;
    lines.push(
      '',
      `${user}${session.guest ? ' (guest)' : ''} from ${session.client}, SMB ${session.dialect}, signing ${session.signing}, encryption ${session.encryption}`,
    );
    for (const tree of session.trees) lines.push(`  share ${tree.share}: ${tree.opens} open`);
    for (const open of session.opens)
      lines.push(`    ${open.share}: \\${open.path} access 0x${open.access.toString(16)}`);
  }
  return lines.join('\n');
}
