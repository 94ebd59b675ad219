import { z } from 'zod';
import { dialect } from './dialects.ts';
import {
  algorithms,
  boolean,
  CIPHER_NAMES,
  deniedHosts,
  encryption,
  hosts,
  integer,
  list,
  modules,
  names,
  octal,
  oneOf,
  path,
  ports,
  REQUIRED_WORDS,
  SIGNING_NAMES,
  size,
  text,
  users,
} from './values.ts';

/** One parameter of smb.conf: its name, its possible values, and what it does. */
export interface Parameter<T = unknown> {
  readonly name: string;
  /** Other names that Samba and ksmbd users know it by. `!name` takes the opposite boolean. */
  readonly synonyms: readonly string[];
  readonly scope: 'global' | 'share';
  /** How the value is written, for people. */
  readonly type: string;
  readonly schema: z.ZodType<T, string>;
  readonly default: T;
  readonly help: string;
}

function parameter<T>(
  scope: Parameter['scope'],
  name: string,
  type: string,
  schema: z.ZodType<T, string>,
  initial: T,
  help: string,
  synonyms: readonly string[] = [],
): Parameter<T> {
  return { name, synonyms, scope, type, schema, default: initial, help };
}

const g = parameter.bind(undefined, 'global') as <T>(
  name: string,
  type: string,
  schema: z.ZodType<T, string>,
  initial: T,
  help: string,
  synonyms?: readonly string[],
) => Parameter<T>;
const s = parameter.bind(undefined, 'share') as typeof g;

/** Settings of the whole server. */
export const GLOBAL_PARAMETERS = {
  ports: g('smb ports', 'ports', ports, [445] as readonly number[], 'TCP ports to listen on; 0 takes a free one.', [
    'tcp port',
    'port',
  ]),
  hostsAllow: g(
    'hosts allow',
    'hosts',
    hosts,
    [] as readonly string[],
    'Clients that may connect to any share, and no others unless `hosts deny` is there too: addresses, prefixes (`192.168.`), networks (`10.0.0.0/8`, `10.0.0.0/255.0.0.0`, `fe80::/10`), names (looked up when the configuration is read), ALL, LOCAL (this machine), and EXCEPT with what is taken out again. It goes before `hosts deny`. Loopback may always, unless it is denied.',
    ['allow hosts'],
  ),
  hostsDeny: g(
    'hosts deny',
    'hosts',
    deniedHosts,
    [] as readonly string[],
    'Clients that may not connect, unless `hosts allow` names them. Written as there.',
    ['deny hosts'],
  ),
  deadtime: g(
    'deadtime',
    'minutes',
    integer(0, 1_000_000),
    0,
    'Minutes after which a client that has nothing open and asks for nothing is disconnected; 0: never.',
    ['dead time'],
  ),
  interfaces: g('interfaces', 'list', list, [] as string[], 'Addresses or interface names to listen on; empty: all.'),
  bindInterfacesOnly: g(
    'bind interfaces only',
    'boolean',
    boolean,
    false,
    'Listen on the interfaces named above and on no others.',
  ),
  netbiosName: g('netbios name', 'text', text, '', "The server's name for clients; empty: the host name."),
  workgroup: g('workgroup', 'text', text, 'WORKGROUP', 'Workgroup that the server shows.'),
  serverString: g('server string', 'text', text, 'tsmbd', 'Comment that the server shows.'),
  minProtocol: g(
    'server min protocol',
    'dialect',
    dialect('at least'),
    'SMB2_02' as const,
    'Oldest dialect that is spoken: SMB2_02, SMB2_10 (SMB2), SMB3_00, SMB3_02, SMB3_11 (SMB3). Of the names of test versions the next that is spoken; SMB1 and older are SMB2_02.',
    ['min protocol'],
  ),
  maxProtocol: g(
    'server max protocol',
    'dialect',
    dialect('at most'),
    'SMB3_11' as const,
    'Newest dialect that is spoken, with the same names. Older ones than SMB2_02 are refused: nobody could connect.',
    ['max protocol', 'protocol'],
  ),
  ciphers: g(
    'server smb3 encryption algorithms',
    'list',
    algorithms(CIPHER_NAMES),
    CIPHER_NAMES as readonly string[],
    'Ciphers of SMB 3.1.1, best first: AES-128-GCM, AES-256-GCM, AES-128-CCM, AES-256-CCM. Names with a `-` before them are taken from the default, names with a `+` added.',
  ),
  signingAlgorithms: g(
    'server smb3 signing algorithms',
    'list',
    algorithms(SIGNING_NAMES),
    SIGNING_NAMES as readonly string[],
    'Signing algorithms of SMB 3.1.1, best first: AES-128-GMAC, AES-128-CMAC, HMAC-SHA256. Written as above.',
  ),
  signing: g(
    'server signing',
    'auto | mandatory',
    oneOf({
      auto: 'auto',
      default: 'auto',
      disabled: 'auto',
      no: 'auto',
      mandatory: 'mandatory',
      required: 'mandatory',
      yes: 'mandatory',
    } as const),
    'mandatory' as const,
    'Whether messages of authenticated sessions must be signed; auto leaves it to the client.',
  ),
  encryption: g(
    'smb3 encryption',
    'off | desired | required',
    encryption,
    'desired' as const,
    'Encryption: off, desired (clients decide) or required.',
    ['smb encrypt', 'server smb encrypt'],
  ),
  compression: g(
    'smb compression',
    'auto | no',
    oneOf({ auto: 'auto', yes: 'auto', no: 'no', off: 'no', disabled: 'no' } as const),
    'auto' as const,
    'auto: offered to clients that know it; what is read is compressed when they, or `compress data`, ask for it.',
  ),
  mapToGuest: g(
    'map to guest',
    'never | bad user | bad password | bad uid',
    oneOf({
      never: 'never',
      'bad user': 'bad user',
      'bad password': 'bad password',
      'bad uid': 'bad uid',
    } as const),
    'never' as const,
    'Who becomes a guest: nobody (never); users that do not exist (bad user); those, and users with a wrong password (bad password), who are not told that it was wrong. bad uid is never: every account that logs on is one of the server.',
  ),
  restrictAnonymous: g(
    'restrict anonymous',
    '0 | 1 | 2',
    integer(0, 2),
    2,
    'Anonymous sessions: 0 lets them in (IPC$ and guest shares), 1 and 2 refuse them.',
  ),
  workers: g(
    'workers',
    'auto or a number',
    z.union([z.literal('auto'), integer(1, 16)]),
    'auto',
    'Threads that serve clients; auto: one for each processor core, at most 16.',
  ),
  maxSessions: g('max active sessions', 'number', integer(1, 1_000_000), 16_384, 'Sessions of all clients together.'),
  maxServerConnections: g(
    'max server connections',
    'number',
    integer(0, 1_000_000),
    1024,
    'TCP connections of all clients together; 0: 1,000,000.',
  ),
  maxConnectionsPerAddress: g(
    'max connections per address',
    'number',
    integer(1, 1_000_000),
    128,
    'TCP connections of one client, an IPv6 client being its /64. More where many come through one proxy.',
  ),
  maxOpenFiles: g('max open files', 'number', integer(1, 10_000_000), 65_536, 'Opens of one session.'),
  maxCredits: g('smb2 max credits', 'number', integer(1, 65_535), 8192, 'Credits that one connection may hold.'),
  maxRead: g('smb2 max read', 'size', size(65_536, 8 << 20), 8 << 20, 'Largest READ.'),
  maxWrite: g('smb2 max write', 'size', size(65_536, 8 << 20), 8 << 20, 'Largest WRITE.'),
  maxTransact: g('smb2 max trans', 'size', size(65_536, 8 << 20), 8 << 20, 'Largest listing, query, and FSCTL.'),
  leases: g('smb2 leases', 'boolean', boolean, true, 'Clients may cache by leases, from SMB 2.1 on.'),
  changeNotify: g('change notify', 'boolean', boolean, true, 'Whether directories can be watched.'),
  tortureHooks: g(
    'smbd:FSCTL_SMBTORTURE',
    'boolean',
    boolean,
    false,
    "Answer the test hooks of Samba's smbtorture; for test servers only.",
  ),
  sessionLifetime: g(
    'session lifetime',
    'minutes',
    integer(0, 100_000),
    0,
    'Minutes after which a session must authenticate again; 0: never.',
  ),
} as const;

/** Settings of one share. */
export const SHARE_PARAMETERS = {
  path: s(
    'path',
    'path',
    path,
    '',
    "Folder that the share shows. With %U or %u (the user), %D (its domain), %I, %m or %M (the client's address), %i (the server's) or %t (the time, YYYYmmdd_HHMMSS) every tree connect has its own; %S is the share, %% a percent sign.",
    ['directory'],
  ),
  makePath: s(
    'make path',
    'boolean',
    boolean,
    false,
    'The folder of a path with substitutions is made when somebody connects, with the mode that directory mask leaves; else a connect without one is refused.',
  ),
  comment: s('comment', 'text', text, '', 'Text beside the share in listings.'),
  readOnly: s('read only', 'boolean', boolean, true, 'Clients cannot change anything.', [
    '!writeable',
    '!writable',
    '!write ok',
  ]),
  browseable: s('browseable', 'boolean', boolean, true, 'The share is shown in listings.', ['browsable']),
  guestOk: s(
    'guest ok',
    'boolean',
    boolean,
    false,
    'Guests and anonymous users may connect; `map to guest` and `restrict anonymous` say who becomes one.',
    ['public'],
  ),
  guestOnly: s(
    'guest only',
    'boolean',
    boolean,
    false,
    'With `guest ok`: everybody is a guest in this share, whoever they are elsewhere.',
    ['only guest'],
  ),
  hostsAllow: s(
    'hosts allow',
    'hosts',
    hosts,
    [] as readonly string[],
    'Clients that may connect to this share, written as in [global]. Those of [global] must let them in too.',
    ['allow hosts'],
  ),
  hostsDeny: s(
    'hosts deny',
    'hosts',
    deniedHosts,
    [] as readonly string[],
    'Clients that may not connect to this share, unless its `hosts allow` names them.',
    ['deny hosts'],
  ),
  vetoFiles: s(
    'veto files',
    'names',
    names,
    [] as readonly string[],
    'Names that are not there for clients, written as for `hide files`: they are not listed, opened, made or renamed to.',
  ),
  deleteVetoFiles: s(
    'delete veto files',
    'boolean',
    boolean,
    false,
    'A directory with nothing but vetoed names in it can be deleted, and they go with it.',
  ),
  available: s('available', 'boolean', boolean, true, 'no: the share is not there.'),
  validUsers: s('valid users', 'list', users, [] as string[], 'Users that may connect; empty: all.'),
  invalidUsers: s('invalid users', 'list', users, [] as string[], 'Users that may not connect.'),
  readList: s('read list', 'list', users, [] as string[], 'Users that may only read.'),
  writeList: s('write list', 'list', users, [] as string[], 'Users that may write, even where the share is read only.'),
  maxConnections: s(
    'max connections',
    'number',
    integer(0, 1_000_000),
    0,
    'Connections to the share at once; 0: no limit.',
  ),
  encryption: s(
    'smb encrypt',
    'off | required',
    oneOf({ ...REQUIRED_WORDS, desired: 'off', if_required: 'off', enabled: 'off' }),
    'off' as const,
    'required: unencrypted access to the share is refused, whatever the server asks for.',
    ['smb3 encryption', 'server smb encrypt'],
  ),
  oplocks: s('oplocks', 'boolean', boolean, true, 'Clients may cache what they have opened, by oplocks or leases.'),
  level2Oplocks: s(
    'level2 oplocks',
    'boolean',
    boolean,
    true,
    'Several clients may cache a file that all of them read (level II oplocks).',
  ),
  kernelOplocks: s(
    'kernel oplocks',
    'boolean',
    boolean,
    false,
    'Local programs that open a file break its oplock (kernel leases). Clients get exclusive and batch oplocks alone then: no level II, no leases of files.',
  ),
  posixLocking: s(
    'posix locking',
    'boolean',
    boolean,
    true,
    'Byte-range locks hold for local programs and NFS too, and theirs for clients (open file description locks).',
  ),
  strictLocking: s(
    'strict locking',
    'auto, yes or no',
    oneOf({ auto: 'auto', yes: 'yes', true: 'yes', no: 'no', false: 'no' } as const),
    'auto',
    "With `posix locking`, what clients read and write respects local programs' locks: always, never, or (auto) where the client may not cache it in any case.",
  ),
  kernelChangeNotify: s(
    'kernel change notify',
    'boolean',
    boolean,
    true,
    'Clients that watch or cache a directory are told of what local programs change in it (inotify).',
  ),
  durableHandles: s(
    'durable handles',
    'boolean',
    boolean,
    true,
    'Open files outlive a lost connection for a while, until their client is back.',
  ),
  continuousAvailability: s(
    'continuous availability',
    'boolean',
    boolean,
    false,
    'Open files, their locks and leases outlive the server process too (persistent handles).',
  ),
  compressData: s(
    'compress data',
    'boolean',
    boolean,
    false,
    'What is read is compressed where the client can, and clients are told to compress what they write.',
  ),
  hideDotFiles: s('hide dot files', 'boolean', boolean, true, 'Names that start with a dot are shown as hidden.'),
  hideFiles: s(
    'hide files',
    'names',
    names,
    [] as readonly string[],
    'Names that are shown as hidden, parted by slashes: `/*.tmp/desktop.ini/`. `*` is any characters, `?` is one; letter case is ignored.',
  ),
  hideUnreadable: s(
    'hide unreadable',
    'boolean',
    boolean,
    false,
    'Entries that the user may not read are left out of listings.',
    ['access based share enum'],
  ),
  hideUnwriteable: s(
    'hide unwriteable files',
    'boolean',
    boolean,
    false,
    'Files that the user may not write are left out of listings; folders are not.',
  ),
  ignoreSystemAcls: s(
    'acl_xattr:ignore system acls',
    'boolean',
    boolean,
    false,
    'A stored descriptor stays valid when a local program changes the mode, the POSIX ACL or the owner.',
    ['acl_tdb:ignore system acls'],
  ),
  aclFlagCanonical: s(
    'acl flag inherited canonicalization',
    'boolean',
    boolean,
    true,
    'A list counts as inherited (AUTO_INHERITED) only if the client requests that too, as on Windows.',
  ),
  followSymlinks: s(
    'follow symlinks',
    'boolean',
    boolean,
    true,
    'Symbolic links are followed, as long as they stay in the share.',
  ),
  caseSensitive: s('case sensitive', 'boolean', boolean, false, 'Names differ by letter case alone.', ['casesignames']),
  createMask: s('create mask', 'octal', octal, 0o744, 'Mode bits that a new file may have.', ['create mode']),
  directoryMask: s('directory mask', 'octal', octal, 0o755, 'Mode bits that a new directory may have.', [
    'directory mode',
  ]),
  forceCreateMode: s('force create mode', 'octal', octal, 0, 'Mode bits that every new file has.'),
  forceDirectoryMode: s('force directory mode', 'octal', octal, 0, 'Mode bits that every new directory has.'),
  volume: s('volume', 'text', text, '', 'Volume label; empty: the share name.'),
  vfsObjects: s(
    'vfs objects',
    'list',
    modules,
    [] as string[],
    'Modules of smbd, for its configurations: descriptors (acl_xattr) and named streams (streams_xattr) are always kept in extended attributes. Others are missing or refused: see below.',
    ['vfs object'],
  ),
  cscPolicy: s(
    'csc policy',
    'manual | documents | programs | disable',
    oneOf({ manual: 'manual', documents: 'documents', programs: 'programs', disable: 'disable' } as const),
    'manual' as const,
    'What clients may keep offline.',
  ),
} as const;

type Values<Table extends Readonly<Record<string, Parameter>>> = {
  readonly [Key in keyof Table]: z.output<Table[Key]['schema']>;
};
export type GlobalValues = Values<typeof GLOBAL_PARAMETERS>;
export type ShareValues = Values<typeof SHARE_PARAMETERS>;
