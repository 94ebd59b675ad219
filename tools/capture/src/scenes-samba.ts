import { listTests } from '@tsmbd/tool-conformance';
import { runClient, type Scene } from './scene.ts';
import type { RecordedServer } from './servers.ts';

/**
 * Uses most operations of a share: folders, transfers, listings, attributes, renames, deletions.
 */
const TOUR = [
  'ls',
  'mkdir made',
  'put /etc/os-release made\\put.txt',
  'ls made\\*',
  'allinfo small.txt',
  'get small.txt /dev/null',
  'rename made\\put.txt made\\renamed.txt',
  'setmode made\\renamed.txt +rh',
  'setmode made\\renamed.txt -rh',
  'scopy small.txt made\\copy.txt',
  'volume',
  'del made\\*',
  'rmdir made',
  'get missing.txt /dev/null',
  'cd missing',
].join('; ');

const DIALECTS = ['SMB2_02', 'SMB2_10', 'SMB3_00', 'SMB3_02', 'SMB3_11'] as const;

function smbclient(server: RecordedServer, share: string, options: readonly string[], script: string): Promise<void> {
  const login = ['-U', `${server.user}%${server.password}`];
  return smbclientAs(server, share, [...login, ...options], script);
}

function smbclientAs(server: RecordedServer, share: string, args: readonly string[], script: string): Promise<void> {
  const target = [`//127.0.0.1/${share}`, '-p', String(server.port), '-s', '/dev/null'];
  return runClient('smbclient', [...target, ...args, ...(script === '' ? [] : ['-c', script])]);
}

function dialect(name: string): string[] {
  return [`--option=client min protocol=${name}`, `--option=client max protocol=${name}`];
}

const UNSIGNED = ['--option=client signing=disabled', '--option=client ipc signing=disabled'];
const SIGNED = ['--client-protection=sign'];
const SEALED = ['--client-protection=encrypt'];

function tours(): Scene[] {
  const scenes: Scene[] = [];
  const add = (name: string, protection: Scene['protection'], shows: string, options: readonly string[]): void => {
    scenes.push({
      name: `smbclient-${name}`,
      shows: `a round through a share, ${shows}`,
      client: 'smbclient',
      protection,
      run: (server) => smbclient(server, 't0', options, TOUR),
    });
  };
  for (const name of DIALECTS) {
    const short = name.toLowerCase().replace('smb', '').replace('_', '');
    add(`${short}-unsigned`, 'none', `${name}, unsigned`, [...dialect(name), ...UNSIGNED]);
    if (name === 'SMB3_11') continue;
    add(`${short}-signed`, 'signed', `${name}, signed`, [...dialect(name), ...SIGNED]);
    if (name.startsWith('SMB3')) add(`${short}-sealed`, 'sealed', `${name}, sealed`, [...dialect(name), ...SEALED]);
  }
  for (const algorithm of ['HMAC-SHA256', 'AES-128-CMAC', 'AES-128-GMAC']) {
    const options = [...dialect('SMB3_11'), ...SIGNED, `--option=client smb3 signing algorithms=${algorithm}`];
    add(`311-${algorithm.toLowerCase()}`, 'signed', `SMB3_11, signed with ${algorithm}`, options);
  }
  for (const cipher of ['AES-128-CCM', 'AES-128-GCM', 'AES-256-CCM', 'AES-256-GCM']) {
    const options = [...dialect('SMB3_11'), ...SEALED, `--option=client smb3 encryption algorithms=${cipher}`];
    add(`311-${cipher.toLowerCase()}`, 'sealed', `SMB3_11, sealed with ${cipher}`, options);
  }
  return scenes;
}

const LOGONS: readonly Scene[] = [
  {
    name: 'smbclient-list-shares',
    shows: 'the share list: NetrShareEnum through \\PIPE\\srvsvc, offered all dialects from SMB2_02 on',
    client: 'smbclient',
    protection: 'signed',
    run: (server) =>
      runClient('smbclient', [
        '-s',
        '/dev/null',
        '-p',
        String(server.port),
        '-L',
        '127.0.0.1',
        '-U',
        `${server.user}%${server.password}`,
      ]),
  },
  {
    name: 'smbclient-anonymous',
    shows: 'an anonymous logon',
    client: 'smbclient',
    protection: 'none',
    as: { user: '', password: '' },
    run: (server) => smbclientAs(server, 'IPC$', ['-N', '-U', '%'], 'ls'),
  },
  {
    name: 'smbclient-wrong-password',
    shows: 'a logon with a wrong password: STATUS_LOGON_FAILURE',
    client: 'smbclient',
    protection: 'none',
    run: (server) => smbclientAs(server, 't0', ['-U', `${server.user}%wrong`], 'ls'),
  },
  {
    name: 'smbclient-unknown-user',
    shows: 'a logon of a user that does not exist',
    client: 'smbclient',
    protection: 'none',
    as: { user: 'nobody-here', password: 'x' },
    run: (server) => smbclientAs(server, 't0', ['-U', 'nobody-here%x'], 'ls'),
  },
  {
    name: 'smbclient-bad-share',
    shows: 'a TREE_CONNECT to a share that does not exist: STATUS_BAD_NETWORK_NAME',
    client: 'smbclient',
    protection: 'signed',
    run: (server) => smbclient(server, 'nothing', [], 'ls'),
  },
  {
    name: 'smbclient-smb1-negotiate',
    shows: 'an SMB1 NEGOTIATE that offers SMB 2.???, and the way to SMB3 from there',
    client: 'smbclient',
    protection: 'signed',
    run: (server) => smbclient(server, 't0', ['--option=client min protocol=NT1'], 'ls'),
  },
  {
    name: 'smbclient-security',
    shows: 'security descriptors, streams, extended attributes, snapshots, POSIX extensions asked for',
    client: 'smbclient',
    protection: 'signed',
    run: (server) =>
      smbclient(
        server,
        't0',
        [],
        'allinfo folder; geteas small.txt; setea small.txt name value; geteas small.txt; put /etc/hostname small.txt:stream; allinfo small.txt; utimes small.txt 2020:01:01-00:00:00 -1 -1 -1; hardlink small.txt linked.txt; ls; du; posix; stat small.txt',
      ),
  },
];

const RPC: readonly Scene[] = [
  [
    'srvsvc',
    'srvinfo; netshareenumall 1; netshareenumall 2; netsharegetinfo t0 1; netsharegetinfo t0 502; netsharegetinfo none 1; netremotetod; netsessenum; netconnenum; netfileenum',
    'calls of srvsvc',
  ],
  [
    'lsarpc',
    'lsaquery; getusername; lookupnames root u1 nobody-here; lookupsids S-1-1-0 S-1-5-32-544 S-1-5-18; lsaenumsid',
    'calls of lsarpc',
  ],
  ['wkssvc', 'wkssvc_wkstagetinfo; wkssvc_enumerateusers', 'calls of wkssvc'],
  ['unknown', 'enumprinters; querydominfo', 'pipes of other interfaces, there or not'],
].map(([name = '', script = '', shows = '']) => ({
  name: `rpcclient-${name}`,
  shows,
  client: 'rpcclient',
  protection: 'signed',
  run: (server) =>
    runClient('rpcclient', [
      '-s',
      '/dev/null',
      '-p',
      String(server.port),
      '-U',
      `${server.user}%${server.password}`,
      '-c',
      script,
      '127.0.0.1',
    ]),
}));

const SEALED_RPC: Scene = {
  name: 'rpcclient-sealed',
  shows: 'an RPC bind with NTLM and sealed calls within it',
  client: 'rpcclient',
  protection: 'signed',
  run: (server) =>
    runClient('rpcclient', [
      '-s',
      '/dev/null',
      '-p',
      String(server.port),
      '-U',
      `${server.user}%${server.password}`,
      '-c',
      'getusername',
      `ncacn_np:127.0.0.1[seal]`,
    ]),
};

/** smbtorture's tests, and what each adds. */
const TORTURE: readonly (readonly [test: string, shows: string])[] = [
  ['smb2.connect', 'a session from NEGOTIATE to LOGOFF'],
  ['smb2.create.gentest', 'CREATE with every bit of every field'],
  ['smb2.create.blob', 'CREATE contexts: EAs, allocation size, maximal access, timewarp, durable handle'],
  ['smb2.create.open', 'CREATE dispositions'],
  ['smb2.create.multi', 'many CREATEs at once'],
  ['smb2.create.leading-slash', 'names that begin with a separator'],
  ['smb2.getinfo.complex', 'QUERY_INFO of files'],
  ['smb2.getinfo.fsinfo', 'QUERY_INFO of file systems'],
  ['smb2.getinfo.qfs_buffercheck', 'QUERY_INFO with buffers of every size'],
  ['smb2.getinfo.getinfo_access', 'QUERY_INFO with too little access'],
  ['smb2.setinfo', 'SET_INFO'],
  ['smb2.dir.find', 'QUERY_DIRECTORY'],
  ['smb2.dir.fixed', 'QUERY_DIRECTORY with a list that changes'],
  ['smb2.dir.one', 'QUERY_DIRECTORY with single entries'],
  ['smb2.lock.valid-request', 'LOCK requests, valid and not'],
  ['smb2.lock.rw-shared', 'shared locks'],
  ['smb2.lock.async', 'a LOCK that waits and is granted'],
  ['smb2.lock.cancel', 'a LOCK that waits and is cancelled'],
  ['smb2.compound.related1', 'a related compound'],
  ['smb2.compound.related5', 'a related compound that fails on the way'],
  ['smb2.compound.unrelated1', 'an unrelated compound'],
  ['smb2.compound.compound-padding', 'padding between the parts of a compound'],
  ['smb2.compound_find.compound_find_related', 'QUERY_DIRECTORY in a compound'],
  ['smb2.notify.tdis', 'CHANGE_NOTIFY ended by TREE_DISCONNECT'],
  ['smb2.notify.close', 'CHANGE_NOTIFY ended by CLOSE'],
  ['smb2.notify.dir', 'CHANGE_NOTIFY of a directory'],
  ['smb2.ioctl.shadow_copy', 'IOCTL for snapshots'],
  ['smb2.ioctl.copy_chunk_simple', 'server-side copies'],
  ['smb2.ioctl.sparse_file_flag', 'sparse files'],
  ['smb2.ioctl.sparse_qar', 'allocated ranges'],
  ['smb2.ioctl.bug14769', 'an IOCTL with a wrong handle'],
  ['smb2.lease.request', 'leases'],
  ['smb2.lease.break', 'lease breaks'],
  ['smb2.oplock.exclusive1', 'an oplock and its break'],
  ['smb2.oplock.batch2', 'batch oplocks'],
  ['smb2.durable-open.open-oplock', 'durable handles'],
  ['smb2.durable-v2-open.open-oplock', 'durable handles of version 2'],
  ['smb2.rename.simple', 'renames'],
  ['smb2.streams.names', 'named streams'],
  ['smb2.delete-on-close-perms.FIND_and_set_DOC', 'delete on close'],
  ['smb2.session.reauth1', 'a session that authenticates again'],
  ['smb2.read.eof', 'READ at and behind the end'],
  ['smb2.rw.invalid', 'READ and WRITE that are not allowed'],
  ['smb2.maxfid', 'many handles'],
  ['smb2.timestamps.time_t_0', 'timestamps'],
  ['smb2.ea.acl_xattr', 'extended attributes'],
  ['smb2.acls.GENERIC', 'security descriptors'],
];

const listed = listTests();

const torture = TORTURE.map(
  ([test, shows]): Scene => ({
    name: `smbtorture-${test.replace('smb2.', '').replaceAll(/[._]/g, '-').toLowerCase()}`,
    shows: `${shows} (smbtorture ${test})`,
    client: 'smbtorture',
    protection: 'none',
    run: (server) =>
      runClient('smbtorture', [
        '-s',
        '/dev/null',
        '-p',
        String(server.port),
        '-U',
        `${server.user}%${server.password}`,
        '--option=torture:progress=no',
        '--option=client signing=disabled',
        '//127.0.0.1/t0',
        listed.get(test) ?? test,
      ]),
  }),
);

export const SAMBA_SCENES: readonly Scene[] = [
  ...tours(),
  ...LOGONS,
  ...(RPC as readonly Scene[]),
  SEALED_RPC,
  ...torture,
];
