import { apply, type FileState, type OpenCommand, Oplock } from '@tsmbd/oplock-lease';
import { AccessMask, CreateDisposition, type CreateRequest } from '@tsmbd/smb2-codec';
import { VfsError, type VfsHandle, type VfsOpenOptions, type VfsPath } from '@tsmbd/vfs-adapter';
import {
  accountIdentity,
  grantExisting,
  guestIdentity,
  isAdmitted,
  mapGeneric,
  openAs,
  requireDeletable,
  requireNewFile,
  requireVisible,
  rightsText,
  shareRights,
} from '../access/index.ts';
import { currentShare, type Identity, type Share } from '../config.ts';
import { type Denial, denialOf, isRefusal } from '../errors.ts';
import { requestedContexts } from '../metadata/index.ts';
import { Connection, type Engine, Session, type TreeConnect } from '../model/index.ts';
import { type OpenedLink, openedLink, parsePath } from '../names/index.ts';

/** Who asks for what. */
export interface DenialQuestion {
  /** An account, or `guest`. */
  readonly user: string;
  readonly share: string;
  /** Below the share, separated by `\`. */
  readonly path: string;
  /** An ACCESS_MASK; generic rights may be in it. */
  readonly access: number;
  /** Address of the client. Absent: lists of hosts are left out. */
  readonly address?: string | undefined;
}

/** Whether the user may, and if not, why. */
export interface DenialAnswer {
  /** One sentence. */
  readonly sentence: string;
  /** Absent: nothing denies it. */
  readonly rule?: string;
  /** What would change it. */
  readonly remedy?: string;
}

/**
 * Asks the rules that a CREATE asks, in the same order, without opening anything for a client: the
 * share, its hosts and lists, vetoed names, the system, the descriptor or mode, attributes, and the
 * share modes of other opens. Throws an Error if there is no such user or share.
 */
export async function whyDenied(server: Engine, question: DenialQuestion): Promise<DenialAnswer> {
  const { user, address } = question;
  const identity = await identityOf(server, user);
  const named = server.share(question.share);
  if (named === undefined) throw new Error(`no share ${question.share}`);
  const session = sessionOf(server, identity, address);
  const path = parsePath(question.path);
  const said = new Answering(question, named, path, identity);
  if (address !== undefined && !isAdmitted(server.config, address)) {
    return said.denied({
      rule: 'host list',
      because: `the server does not admit ${address} (hosts allow, hosts deny)`,
    });
  }
  const share = await shareFor(server, named, session);
  if (share === undefined) return said.denied({ rule: 'system', because: 'the share has no folder for this user now' });
  said.share = share;
  const maximalAccess = shareRights(
    address === undefined ? { ...share, admits: undefined } : share,
    session,
    undefined,
  );
  if (typeof maximalAccess !== 'number') return said.denied(maximalAccess);
  if (share.vfs === undefined) throw new Error(`${share.name} has no files`);
  const tree: TreeConnect = {
    treeId: 0,
    session,
    share,
    madeFor: undefined,
    maximalAccess,
    connectedAt: 0n,
    openCount: 0,
  };
  try {
    return (await askRules(tree, path, said)) ?? said.allowed();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const denial = denialOf(error);
    if (denial !== undefined) return said.denied(denial);
    return said.fails((error as Error).message);
  }
}

/** Undefined: nothing denies it. Throws what a CREATE would throw. */
async function askRules(tree: TreeConnect, path: VfsPath, said: Answering): Promise<DenialAnswer | undefined> {
  const { share } = tree;
  const { access } = said;
  requireVisible(share, path, CreateDisposition.OPEN);
  const opening = {
    request: requestFor(access),
    tree,
    path,
    access,
    isStream: false,
    overwrites: false,
    isTrial: true,
  };
  let handle: VfsHandle;
  try {
    handle = (await openAs(tree, path, optionsFor(access))).handle;
  } catch (error) {
    if (!(error instanceof VfsError && error.code === 'not-found')) throw error;
    await requireNewFile(opening, requestedContexts([]), false);
    return said.mayMake();
  }
  try {
    const stat = await handle.stat();
    if ((access & AccessMask.DELETE) !== 0) requireDeletable({ stat, path, isStream: false });
    await grantExisting(opening, handle, stat);
    return askOthers(tree, handle.identity, await openedLink(share, path, handle, stat), said);
  } finally {
    await handle.close();
  }
}

/** What other opens of the file leave. Works on a copy of the file's state. */
function askOthers(
  { session }: TreeConnect,
  file: string,
  link: OpenedLink,
  said: Answering,
): DenialAnswer | undefined {
  const { server } = session.connection;
  const state = server.authority.peek(file);
  if (state === undefined) return undefined;
  const { result } = apply(structuredClone(state) as FileState, { ...PROBE, access: said.access, ...link });
  if (result.status === 'delete-pending') {
    return said.denied({ rule: 'deletion', because: 'the file is being deleted, and goes with its last open' });
  }
  if (result.status !== 'sharing-violation') return undefined;
  const holders = new Set<string>();
  for (const id of state.opens.keys()) {
    const open = server.opens.byId(id);
    if (open === undefined) continue;
    const { identity, connection } = open.session;
    holders.add(`${identity?.name ?? ''} at ${connection.transport.remoteAddress}`);
  }
  return said.denied({
    rule: 'share mode',
    because: `another open of the file does not share it (${[...holders].slice(0, 5).join(', ')})`,
    remedy: ({ share, remote }) =>
      `close it there; to see it: tsmbd explain-open '${share}/${remote.replaceAll('\\', '/')}'`,
  });
}

/** Makes sentences about one question. */
class Answering {
  share: Share;
  /** The rights that are asked for, generic ones mapped. */
  readonly access: number;
  readonly #user: string;
  readonly #path: VfsPath;
  readonly #identity: Identity;

  constructor({ user, access }: DenialQuestion, share: Share, path: VfsPath, identity: Identity) {
    this.access = mapGeneric(access);
    this.share = share;
    this.#user = user;
    this.#path = path;
    this.#identity = identity;
  }

  allowed(): DenialAnswer {
    return { sentence: `${this.#user} may ${this.#wish}.` };
  }

  mayMake(): DenialAnswer {
    return { sentence: `${this.#where} does not exist; ${this.#user} may make it.` };
  }

  denied({ rule, because, remedy }: Denial): DenialAnswer {
    const { share } = this;
    const root = share.place ?? share.vfs?.place ?? [];
    const place = {
      share: share.name,
      local: `/${[...root, ...this.#path].join('/')}`,
      remote: this.#path.join('\\'),
      user: this.#user,
    };
    const asWhom = rule === 'system' ? `, asked as uid ${this.#identity.unix?.uid ?? share.uid}` : '';
    return {
      sentence: `${this.#user} may not ${this.#wish}: ${because}${asWhom}.`,
      rule,
      ...(remedy !== undefined && { remedy: remedy(place) }),
    };
  }

  /** For a refusal that is not about access. */
  fails(reason: string): DenialAnswer {
    return { sentence: `${this.#user} cannot ${this.#wish}: ${reason}.` };
  }

  get #wish(): string {
    return `${rightsText(this.access)} ${this.#where}`;
  }

  get #where(): string {
    return [this.share.name, ...this.#path].join('\\');
  }
}

async function identityOf({ env, config }: Engine, user: string): Promise<Identity> {
  const account = await env.accounts.find(user, config.domain);
  if (account !== undefined) return accountIdentity((await env.accounts.whole?.(account)) ?? account);
  if (user.toLowerCase() === 'guest') return guestIdentity(config);
  throw new Error(`no user ${user}`);
}

/** A session that no client has. */
function sessionOf(server: Engine, identity: Identity, address = '127.0.0.1'): Session {
  const client = { remoteAddress: address, remotePort: 0, localAddress: '127.0.0.1' };
  const session = new Session(0n, Connection.hosted(server, client), 0n);
  session.identity = identity;
  session.guest = identity.name === 'guest';
  return session;
}

async function shareFor(server: Engine, share: Share, session: Session): Promise<Share | undefined> {
  if (share.at === undefined) return currentShare(share);
  const { remoteAddress: address, localAddress } = session.connection.transport;
  return share.at({ identity: session.identity!, address, localAddress, at: server.env.wallTime() });
}

/** What the back end is asked for: the data only as far as the rights are about it. */
function optionsFor(access: number): VfsOpenOptions {
  const reads = (access & (AccessMask.FILE_READ_DATA | AccessMask.FILE_EXECUTE)) !== 0;
  const writes = (access & (AccessMask.FILE_WRITE_DATA | AccessMask.FILE_APPEND_DATA)) !== 0;
  const data = reads && writes ? 'read-write' : writes ? 'write' : reads ? 'read' : 'none';
  return { disposition: 'open', kind: 'any', data, ifLeased: 'refuse' };
}

function requestFor(desiredAccess: number): CreateRequest {
  return {
    requestedOplockLevel: 0,
    impersonationLevel: 2,
    smbCreateFlags: 0n,
    desiredAccess,
    fileAttributes: 0,
    shareAccess: 7,
    createDisposition: CreateDisposition.OPEN,
    createOptions: 0,
    name: '',
    createContexts: [],
  };
}

/** An open that shares everything. */
const PROBE = {
  type: 'open',
  open: -1,
  share: 7,
  deleteOnClose: false,
  oplock: Oplock.NONE,
  levelTwo: true,
  lease: undefined,
  overwrites: false,
  waiter: -1,
} as const satisfies Partial<OpenCommand>;
