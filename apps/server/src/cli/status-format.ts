import type { OpenExplanation, OpenStatus, ServerStatus } from '@tsmbd/smb2-server';

/**
 * Which opens `tsmbd status` shows: all, those that cache something, or those that have bytes
 * locked. If none of these is asked for, it shows all.
 */
export interface StatusFilter {
  readonly opens?: boolean;
  readonly leases?: boolean;
  readonly locks?: boolean;
}

/**
 * The same status with only the opens that the filter asks for, and without sessions that have none
 * of them.
 */
export function filterStatus(status: ServerStatus, filter: StatusFilter): ServerStatus {
  const { opens = false, leases = false, locks = false } = filter;
  if (!opens && !leases && !locks) return status;
  const wanted = (open: OpenStatus): boolean =>
    opens || (leases && open.caching !== undefined) || (locks && open.locks.length > 0);
  const sessions = status.sessions.map((s) => ({ ...s, opens: s.opens.filter(wanted) }));
  return {
    ...status,
    sessions: sessions.filter((s) => s.opens.length > 0),
    waitingOpens: status.waitingOpens.filter(wanted),
  };
}

/**
 * The text of `tsmbd status`. The first line counts everything, also what the filter leaves out
 * below.
 */
export function formatStatus(all: ServerStatus, filter: StatusFilter = {}): string {
  const lines = [
    `running since ${new Date(all.startedAt).toISOString()}, ${all.connections} connections, ${all.sessions.length} sessions`,
  ];
  const status = filterStatus(all, filter);
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

/** The text of `tsmbd explain-open`. */
export function formatExplanation({ share, path, deletePending, opens, newOpens }: OpenExplanation): string {
  const name = `${share}: \\${path}`;
  if (opens.length === 0) return `${name} is not open`;
  const lines = [
    `${name} is open ${opens.length === 1 ? 'once' : `${opens.length} times`}${deletePending ? ', and goes with the last of them' : ''}`,
  ];
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
