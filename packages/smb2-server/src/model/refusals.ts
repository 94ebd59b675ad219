import { AccessMask, Command, commandName, NtStatus, ntStatusName } from '@tsmbd/smb2-codec';
import { denialOf } from '../errors.ts';
import type { ActivityEvents } from './activities.ts';
import { LineLimit } from './line-limit.ts';
import type { RequestContext } from './request-context.ts';

/**
 * Statuses that deny a user access to something that exists. Administrators are asked about these.
 */
const ACCESS_REFUSED: ReadonlySet<number> = new Set([
  NtStatus.STATUS_ACCESS_DENIED,
  NtStatus.STATUS_BAD_NETWORK_NAME,
  NtStatus.STATUS_CANNOT_DELETE,
  NtStatus.STATUS_MEDIA_WRITE_PROTECTED,
  NtStatus.STATUS_PRIVILEGE_NOT_HELD,
  NtStatus.STATUS_REQUEST_NOT_ACCEPTED,
]);

/** Lines about refused access that one connection may cause in ten seconds. */
const MAX_LINES = 10;
/** How many characters of a client's path are logged. */
export const MAX_LOGGED_PATH = 300;

/** Logs the refusals of one connection's requests. */
export class Refusals {
  readonly #limit = new LineLimit(MAX_LINES);

  /** Logs a refusal. Refused access is logged at level info, other refusals at level debug. */
  note(ctx: RequestContext, status: number, error: Error): void {
    const { env } = ctx.server;
    const denial = denialOf(error);
    const reason = denial?.because ?? error.message;
    if (!ACCESS_REFUSED.has(status)) {
      env.log('debug', 'smb', 'refused', { ...aboutOf(ctx), status: ntStatusName(status), reason });
      return;
    }
    ctx.server.listeners.denied?.(denied(ctx, status, reason));
    if (!this.#limit.admits(env.now())) return;
    env.log('info', 'auth', 'access refused', {
      ...aboutOf(ctx),
      status: ntStatusName(status),
      ...(denial !== undefined && { rule: denial.rule }),
      reason,
      ...this.takeLeft(),
    });
  }

  /**
   * The count of refusals that were not logged. It is reported with the next line, or when the
   * connection ends.
   */
  takeLeft(): { readonly notLogged?: number } {
    return this.#limit.takeLeft();
  }
}

/** The refusal as an event. */
function denied(ctx: RequestContext, status: number, reason: string): ActivityEvents['denied'] {
  const { command, from, share, path } = aboutOf(ctx);
  const identity = ctx.connection.session(ctx.chain.sessionId)?.identity;
  return {
    ...(identity && { identity }),
    address: from,
    ...(share !== undefined && { share }),
    ...(path !== undefined && { path: path.replaceAll('\\', '/') }),
    command: String(command),
    status: ntStatusName(status) ?? String(status),
    reason,
  };
}

/** Who made the request, from where, and for what. */
function aboutOf(ctx: RequestContext) {
  const { connection, header } = ctx;
  const { command } = header;
  const session = connection.session(ctx.chain.sessionId);
  const { identity } = session ?? {};
  const request = (ctx.request ?? {}) as Record<string, unknown>;
  const isConnect = command === Command.TREE_CONNECT;
  const open = ctx.chain.fileId && session?.opens.get(ctx.chain.fileId.volatile);
  const openPath = open?.kind === 'file' ? open.path.join('\\') : undefined;
  const named = command === Command.CREATE ? request['name'] : isConnect ? undefined : openPath;
  const wanted = command === Command.CREATE ? request['desiredAccess'] : undefined;
  const share = isConnect
    ? shareNameOf(String(request['path'] ?? ''))
    : session?.trees.get(ctx.chain.treeId)?.share.name;
  return {
    command: commandName(command) ?? command,
    from: connection.transport.remoteAddress,
    ...(identity && { user: identity.name === '' ? 'anonymous' : `${identity.domain}\\${identity.name}` }),
    ...(share !== undefined && { share }),
    ...(named !== undefined && { path: String(named).slice(0, MAX_LOGGED_PATH) }),
    ...(wanted !== undefined && { wanted: accessNames(wanted as number) }),
  };
}

function shareNameOf(path: string): string {
  return path.replace(/^\\\\[^\\]*\\/, '').slice(0, MAX_LOGGED_PATH);
}

/** The names of the rights in a mask. Bits without a name are given in hexadecimal. */
export function accessNames(mask: number): string[] {
  const names: string[] = [];
  for (let bit = 0; bit < 32; bit++) {
    const value = (1 << bit) >>> 0;
    if ((mask & value) !== 0) names.push(RIGHT_NAMES.get(value) ?? `0x${value.toString(16)}`);
  }
  return names;
}

/** The first name of each single bit. */
const RIGHT_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(AccessMask)
    .map(([name, value]) => [value >>> 0, name] as const)
    .filter(([value]) => value !== 0 && (value & (value - 1)) === 0)
    .reverse(),
);
