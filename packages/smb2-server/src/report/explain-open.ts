import { apply, type FileEffect, type FileState, linkForbids, type OpenCommand, Oplock } from '@tsmbd/oplock-lease';
import { currentShare } from '../config.ts';
import type { Engine } from '../model/index.ts';
import { type OpenedLink, openedLink, parsePath } from '../names/index.ts';
import { type OpenStatus, openStatusOf } from './open-status.ts';

/** Who has a file open, and what would happen to a new open of it. */
export interface OpenExplanation {
  readonly share: string;
  readonly path: string;
  /** The file is deleted with its last open, and cannot be opened until then. */
  readonly deletePending: boolean;
  /** Opens of the file, and of its named streams. */
  readonly opens: readonly HeldOpen[];
  /**
   * What would happen to opens by another client that shares everything, and to a change in the
   * directory.
   */
  readonly newOpens: readonly ExplainedOpen[];
}

export interface HeldOpen extends OpenStatus {
  readonly user: string;
  readonly client: string;
  /** The connection of the open is gone: the open waits for its client to come back. */
  readonly disconnected: boolean;
}

export interface ExplainedOpen {
  readonly to: string;
  /** `granted`, `wait` (for the breaks), or the reason why not. */
  readonly outcome: string;
  /** Opens and leases that would be told to give something up. */
  readonly breaks: readonly string[];
}

/** What a client may want to do with the file: a name for it, and the rights that count. */
const WISHES: readonly { to: string; access: number; overwrites?: boolean; deleteOnClose?: boolean }[] = [
  { to: 'look at attributes', access: 0x80 },
  { to: 'read', access: 0x0012_0089 },
  { to: 'write', access: 0x0012_019f },
  { to: 'overwrite', access: 0x0012_019f, overwrites: true },
  { to: 'delete', access: 0x0001_0000, deleteOnClose: true },
];

/**
 * Looks without changing anything: it works on a copy of the file's state. Undefined when there is
 * no such share. Throws the back end's VfsError when the path names nothing.
 *
 * @param name path below the share, separated by `\`
 */
export async function explainOpen(server: Engine, share: string, name: string): Promise<OpenExplanation | undefined> {
  const named = server.share(share);
  const found = named && currentShare(named);
  if (found?.vfs === undefined) return undefined;
  const path = parsePath(name);
  const { handle } = await found.vfs.open(path, { disposition: 'open', kind: 'any', data: 'none', noFollow: true });
  const link = await openedLink(found, path, handle, await handle.stat());
  await handle.close();
  const state = server.authority.peek(handle.identity);
  return {
    share: found.name,
    path: path.join('\\'),
    deletePending: state !== undefined && linkForbids(state, link),
    opens: state === undefined ? [] : heldOpens(server, state),
    newOpens:
      state === undefined
        ? []
        : [
            ...WISHES.map((wish) => explain(state, link, wish)),
            ...(handle.kind === 'directory' ? [explainEntries(state)] : []),
          ],
  };
}

function heldOpens(server: Engine, state: Readonly<FileState>): HeldOpen[] {
  const held: HeldOpen[] = [];
  for (const id of [...state.opens.keys(), ...state.streamOpens.keys()]) {
    const open = server.opens.byId(id);
    if (open === undefined) continue;
    const { identity, connection } = open.session;
    held.push({
      ...openStatusOf(server, open),
      user: identity?.name ?? '',
      client: `${connection.transport.remoteAddress}:${connection.transport.remotePort}`,
      disconnected: open.durable?.disconnected ?? false,
    });
  }
  return held;
}

function explain(state: Readonly<FileState>, link: OpenedLink, wish: (typeof WISHES)[number]): ExplainedOpen {
  const command: OpenCommand = {
    type: 'open',
    open: -1,
    access: wish.access,
    share: 7,
    deleteOnClose: wish.deleteOnClose ?? false,
    oplock: Oplock.NONE,
    levelTwo: true,
    lease: undefined,
    overwrites: wish.overwrites ?? false,
    waiter: -1,
    ...link,
  };
  const { result, effects } = apply(structuredClone(state) as FileState, command);
  return { to: wish.to, outcome: result.status, breaks: breaksOf(effects) };
}

/** What happens when something in the directory is added, removed or changed, no matter by whom. */
function explainEntries(state: Readonly<FileState>): ExplainedOpen {
  const { effects } = apply(structuredClone(state) as FileState, {
    type: 'change',
    what: 'entries',
    open: undefined,
    parentLease: undefined,
    waiter: undefined,
  });
  return { to: 'change an entry', outcome: 'granted', breaks: breaksOf(effects) };
}

function breaksOf(effects: readonly FileEffect[]): string[] {
  const breaks: string[] = [];
  for (const effect of effects) {
    if (effect.type === 'break-lease') breaks.push(`lease ${effect.lease}`);
    if (effect.type === 'break-oplock' || effect.type === 'purge') breaks.push(`open ${effect.open.toString(16)}`);
  }
  return breaks;
}
