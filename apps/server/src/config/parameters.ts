import { z } from 'zod';
import { dialect } from './dialects.ts';
import { globalParameter as g, type Parameter } from './parameter.ts';
import type { SHARE_PARAMETERS } from './share-parameters.ts';
import {
  algorithms,
  boolean,
  CIPHER_NAMES,
  deniedHosts,
  encryption,
  hosts,
  integer,
  list,
  oneOf,
  oneUser,
  ports,
  SIGNING_NAMES,
  size,
  text,
} from './values.ts';

export type { Parameter } from './parameter.ts';
export { SHARE_PARAMETERS } from './share-parameters.ts';

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
  guestAccount: g(
    'guest account',
    'user',
    oneUser,
    'nobody',
    'The user of the system that guests are, and accounts that are no user of the system. It counts where storage works as the users (the server may change its user).',
  ),
  usernameMap: g(
    'username map',
    'text',
    text,
    '',
    'File that says which account a client means by a name: lines `account = name name`, `!` before the account ends the search, `*` is every name. Read with the configuration.',
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

type Values<Table extends Readonly<Record<string, Parameter>>> = {
  readonly [Key in keyof Table]: z.output<Table[Key]['schema']>;
};
export type GlobalValues = Values<typeof GLOBAL_PARAMETERS>;
export type ShareValues = Values<typeof SHARE_PARAMETERS>;
