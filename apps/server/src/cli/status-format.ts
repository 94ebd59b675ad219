import type { OpenExplanation, OpenStatus, ServerStatus } from '@tsmbd/smb2-server';

/** Which opens `tsmbd status` shows: all of them, or those that hold one of these; with `opens`, no idle sessions. */
export interface StatusFilter {
  readonly opens?: boolean;
  readonly leases?: boolean;
  readonly locks?: boolean;
}

/** The same status with those opens alone that the filter asks for. */
export function filterStatus(status: ServerStatus, filter: StatusFilter): ServerStatus {
  const { opens = false, leases = false, locks = false } = filter;
  if (!leases && !locks) {
    return opens ? { ...status, sessions: status.sessions.filter((s) => s.opens.length > 0) } : status;
  }
  const wanted = (open: OpenStatus): boolean =>
    (leases && open.caching !== undefined) || (locks && open.locks.length > 0);
  return {
    ...status,
    sessions: status.sessions.map((s) => ({ ...s, opens: s.opens.filter(wanted) })),
    waitingOpens: status.waitingOpens.filter(wanted),
  };
}

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
    for (const open of session.opens) lines.push(...formatOpen(open));
  }
  if (status.waitingOpens.length > 0) lines.push('', 'opens whose clients are gone and may come back');
  for (const open of status.waitingOpens) lines.push(...formatOpen(open));
  return lines.join('\n');
}

function formatOpen(open: OpenStatus): string[] {
  const { caching } = open;
  const what =
    caching === undefined
      ? ''
      : `, ${caching.by} ${caching.level ?? (caching.state || 'of nothing')}${caching.breakingTo === undefined ? '' : ` being broken to ${caching.breakingTo || 'nothing'}`}${caching.localPrograms === undefined ? '' : `, local programs ${caching.localPrograms}`}`;
  return [
    `    ${open.share}: \\${open.path} access 0x${open.access.toString(16)}${what}`,
    ...open.locks.map(
      ({ offset, length, exclusive }) =>
        `      ${exclusive ? 'exclusive' : 'shared'} lock of ${length} bytes at ${offset}`,
    ),
  ];
}

/** `tsmbd explain-open` for people. */
export function formatExplanation({ share, path, deletePending, opens, newOpens }: OpenExplanation): string {
  const name = `${share}: \\${path}`;
  if (opens.length === 0) return `${name} is not open`;
  const lines = [`${name} is open ${opens.length} times${deletePending ? ', and goes with the last of them' : ''}`];
  for (const open of opens) {
    lines.push(`  ${open.user} from ${open.client}${open.disconnected ? ', who is gone and may come back' : ''}`);
    lines.push(...formatOpen(open));
  }
  lines.push('somebody else who would like to');
  for (const { to, outcome, breaks } of newOpens) {
    lines.push(`  ${to}: ${outcome}${breaks.length === 0 ? '' : `, breaks ${breaks.join(', ')}`}`);
  }
  return lines.join('\n');
}
