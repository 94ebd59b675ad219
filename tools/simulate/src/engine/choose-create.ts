import { CreateDisposition, CreateOptions } from '@tsmbd/smb2-codec';
import { oneOf, type Random } from '@tsmbd/tool-random';
import type { CompoundPartName, CompoundStep, CreateStep, EngineStep } from './steps.ts';

/** Names of files. The root is '', `f:s` is a stream. */
export const NAMES = ['f', 'f', 'f', 'f', 'f', 'f', 'g', 'h', 'd', 'd\\x', 'd\\x', 'f:s', ''] as const;
/** Targets of renames: paths, and names of streams. */
export const NEW_NAMES = [...NAMES, ':s', ':t', ':t'] as const;
/** Names that files get in addition to their own. */
export const LINK_NAMES = ['f', 'g', 'g', 'h', 'd\\x'] as const;
const DIRECTORIES: ReadonlySet<string> = new Set(['d', '']);
const DISPOSITIONS = [3, 3, 3, 3, 3, 3, 3, 1, ...Object.values(CreateDisposition)] as const;
const ACCESSES = [0x001f_01ff, 0x001f_01ff, 0x001f_01ff, 0x0012_0089, 0x0013_0089, 0x80, 0x0002_0080] as const;
const SHARES = [7, 7, 7, 7, 7, 7, 7, 3, 1, 0] as const;
const OPLOCKS = [0, 1, 8, 9, 9, 9, 9] as const;
const LEASES = [0, 1, 3, 3, 5, 7, 7, 7] as const;
/** Keys of the leases that clients have on directories. */
const DIRECTORY_KEYS: Readonly<Record<string, number>> = { d: 8, '': 9 };
const FOLLOWERS: readonly CompoundPartName[] = ['write', 'read', 'truncate', 'delete', 'bad', 'close'];

export function chooseCreate(next: Random, who: number): CreateStep {
  return { do: 'create', who, ...create(next) };
}

/** The client's session is authenticated as another user, and later as its own user again. */
export function chooseRenewal(next: Random, who: number): EngineStep[] {
  const own = USERS[who % 2]!;
  const between = next(2) === 0 ? { between: create(next) } : {};
  const renewal: EngineStep = { do: 'renew', who, user: oneOf(next, [...USERS, '']), ...between };
  const use: EngineStep[] = [
    { do: 'read', who, open: next(4) },
    { do: 'write', who, open: next(4), at: next(3) },
    chooseCreate(next, who),
    { do: 'lock-again', who, open: next(2) },
    { do: 'resilient', who, open: -1 },
  ];
  const used = Array.from({ length: next(3) }, () => oneOf(next, use));
  const renewed = next(3) === 0 ? [renewal, ...used] : [renewal, ...used, { do: 'renew' as const, who, user: own }];
  if (next(3) > 0) return renewed;
  // An open that outlives the connection belongs to one of the users.
  const kept = { disposition: 3, access: 0x001f_01ff, share: 7, oplock: 9, durable: 'v2' as const, options: 0 };
  return [{ do: 'create', who, name: 'f', ...kept, guid: next(20) }, ...renewed];
}

/** The users of the clients, in turn. */
const USERS = ['alice', 'bob'] as const;

export function chooseCompound(next: Random, who: number): CompoundStep {
  const follow = Array.from({ length: 1 + next(3) }, () => oneOf(next, FOLLOWERS));
  return { do: 'compound', who, create: create(next), follow: next(2) === 0 ? [...follow, 'close'] : follow };
}

function create(next: Random): Omit<CreateStep, 'do' | 'who'> {
  const leased = next(2) === 0;
  const name = oneOf(next, NAMES);
  const options =
    (next(12) === 0 ? CreateOptions.DELETE_ON_CLOSE : 0) | (DIRECTORIES.has(name) ? CreateOptions.DIRECTORY_FILE : 0);
  const durable = [undefined, 'v1', 'v2', 'v2', 'persistent'][next(5)] as CreateStep['durable'];
  const app = next(10) === 0 ? { id: next(2), ...(next(2) === 0 ? { version: next(2) } : {}) } : undefined;
  return {
    name,
    disposition: oneOf(next, DISPOSITIONS),
    access: oneOf(next, ACCESSES),
    share: oneOf(next, SHARES),
    options,
    oplock: leased ? 0 : oneOf(next, OPLOCKS),
    ...(leased ? { lease: lease(next, name) } : {}),
    ...(durable === undefined ? {} : { durable }),
    guid: next(20),
    ...(next(10) === 0 ? { replay: true as const } : {}),
    ...(app === undefined ? {} : { app }),
  };
}

function lease(next: Random, name: string): NonNullable<CreateStep['lease']> {
  const directory = DIRECTORY_KEYS[name];
  const parent = DIRECTORY_KEYS[name.startsWith('d\\') ? 'd' : ''];
  return {
    key: directory ?? 1 + next(2),
    state: oneOf(next, LEASES),
    version: directory === undefined && next(2) === 0 ? 1 : 2,
    ...(directory === undefined && next(3) === 0 ? { parent: parent! } : {}),
  };
}
