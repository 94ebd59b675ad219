import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, createRequest, createResponse, Dialect, ntStatusName } from '@tsmbd/smb2-codec';
import { createBody, SmbClient, SmbError } from '@tsmbd/tool-smb-client';
import { missingPeers } from '@tsmbd/tool-test';
import test from 'ava';
import { addUser, type Ended, PASSWORD, run, TestDaemon, temporaryFolder, USER } from './helpers/daemon.ts';

/** Bytes of the files that go up and down: more than one message, and no round number. */
const SIZE = 3 * (1 << 20) + 4097;

const withSmbclient = missingPeers(['smbclient']).length === 0 ? test.serial : test.serial.skip;
const withRclone = missingPeers(['rclone']).length === 0 ? test.serial : test.serial.skip;

const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

/** smbclient with a configuration of its own, so that the machine's says nothing. */
function smbclient(daemon: TestDaemon, folder: string, options: readonly string[], command: string): Promise<Ended> {
  const config = join(folder, 'client.conf');
  writeFileSync(config, '');
  const target = ['//127.0.0.1/files', '-s', config, '-p', String(daemon.port), '-U', `${USER}%${PASSWORD}`];
  return run('smbclient', [...target, ...options, '-c', command]);
}

const DIALECTS = ['SMB2_02', 'SMB2_10', 'SMB3_00', 'SMB3_02', 'SMB3_11'];
const only = (dialect: string): string[] => [
  `--option=client min protocol=${dialect}`,
  `--option=client max protocol=${dialect}`,
];

interface Case {
  readonly title: string;
  /** Each offers one choice alone, so that what works is what was asked for. */
  readonly options: readonly string[];
}

const SIGNED: Case[] = DIALECTS.map((dialect) => ({
  title: `${dialect}, signed`,
  options: [...only(dialect), '--option=client signing=required'],
}));
const CIPHERS = ['aes-128-gcm', 'aes-256-gcm', 'aes-128-ccm', 'aes-256-ccm'];
const SEALED: Case[] = [
  ...['SMB3_00', 'SMB3_02'].map((dialect) => ({
    title: `${dialect}, sealed with aes-128-ccm`,
    options: [...only(dialect), '--client-protection=encrypt'],
  })),
  ...CIPHERS.map((cipher) => ({
    title: `SMB3_11, sealed with ${cipher}`,
    options: [
      ...only('SMB3_11'),
      '--client-protection=encrypt',
      `--option=client smb3 encryption algorithms=${cipher.toUpperCase()}`,
    ],
  })),
];
const SIGNING: Case[] = ['AES-128-GMAC', 'AES-128-CMAC', 'HMAC-SHA256'].map((algorithm) => ({
  title: `SMB3_11, signed with ${algorithm}`,
  options: [
    ...only('SMB3_11'),
    '--option=client signing=required',
    `--option=client smb3 signing algorithms=${algorithm}`,
  ],
}));

withSmbclient('smbclient, each dialect and protection: a file goes up and down unharmed', async (t) => {
  t.timeout(110_000);
  using folder = temporaryFolder();
  await using daemon = await TestDaemon.start('server signing = mandatory');
  const up = join(folder.path, 'up.bin');
  writeFileSync(up, randomBytes(SIZE));
  for (const [i, { title, options }] of [...SIGNED, ...SIGNING, ...SEALED].entries()) {
    const down = join(folder.path, `down${i}.bin`);
    const ended = await smbclient(daemon, folder.path, options, `put ${up} f${i}.bin; get f${i}.bin ${down}`);
    t.is(ended.status, 0, `${title}: ${ended.stdout}${ended.stderr}`);
    t.is(sha256(down), sha256(up), title);
    t.is(sha256(join(daemon.folder, `f${i}.bin`)), sha256(up), title);
  }
});

withSmbclient('smbclient unsigned is served where signing is left to the client', async (t) => {
  using folder = temporaryFolder();
  const unsigned = ['--option=client signing=disabled', '--option=client ipc signing=disabled'];
  await using lax = await TestDaemon.start('server signing = auto');
  for (const dialect of ['SMB2_02', 'SMB2_10', 'SMB3_11']) {
    const ended = await smbclient(lax, folder.path, [...only(dialect), ...unsigned], 'ls');
    t.is(ended.status, 0, `${dialect}: ${ended.stdout}${ended.stderr}`);
  }
});

// smbclient signs where the server insists, whatever it was told: a client of our own does not.
test.serial('a client that signs nothing is served where signing is left to it, and refused elsewhere', async (t) => {
  await using lax = await TestDaemon.start('server signing = auto');
  await using strict = await TestDaemon.start('server signing = mandatory');
  for (const dialect of [Dialect.SMB_2_0_2, Dialect.SMB_2_1, Dialect.SMB_3_0_2, Dialect.SMB_3_1_1]) {
    t.is(await statusOfUnsigned(lax, dialect), 'STATUS_SUCCESS', `${dialect}`);
    t.is(await statusOfUnsigned(strict, dialect), 'STATUS_ACCESS_DENIED', `${dialect}`);
  }
});

/**
 * How an unsigned CREATE of the share's root is answered, or the TREE_CONNECT before it. 3.1.1
 * signs that in any case.
 */
async function statusOfUnsigned(daemon: TestDaemon, dialect: number): Promise<string> {
  const client = await SmbClient.login('127.0.0.1', daemon.port, USER, PASSWORD, { dialects: [dialect], sign: false });
  try {
    const treeId = await client.tree('files');
    const body = createBody('', { desiredAccess: 0x80, createDisposition: 1 });
    await client.request(Command.CREATE, createRequest, createResponse, body, { treeId });
    return 'STATUS_SUCCESS';
  } catch (error) {
    if (error instanceof SmbError) return ntStatusName(error.status) ?? `${error.status}`;
    throw error;
  } finally {
    client.close();
  }
}

withSmbclient('smbclient -L lists the shares with their comments', async (t) => {
  using folder = temporaryFolder();
  await using daemon = await TestDaemon.start('', `comment = Papers\n[hidden]\npath = ${folder.path}\nbrowseable = no`);
  const words = ['-L', '//127.0.0.1', '-p', String(daemon.port), '-U', `${USER}%${PASSWORD}`, '-g'];
  const { stdout } = await run('smbclient', words);
  t.true(stdout.includes('Disk|files|Papers'), stdout);
  t.true(stdout.includes('IPC|IPC$|'), stdout);
  t.false(stdout.includes('hidden'));
});

withSmbclient('a share that requires encryption refuses a client without', async (t) => {
  using folder = temporaryFolder();
  await using daemon = await TestDaemon.start('', 'smb encrypt = required');
  const plain = await smbclient(daemon, folder.path, only('SMB2_10'), 'ls');
  t.regex(plain.stdout + plain.stderr, /NT_STATUS_ACCESS_DENIED/);
  t.is((await smbclient(daemon, folder.path, only('SMB3_11'), 'ls')).status, 0);
});

withRclone('rclone copies a tree up and down unharmed', async (t) => {
  using folder = temporaryFolder();
  await using daemon = await TestDaemon.start();
  const config = join(folder.path, 'rclone.conf');
  const obscured = (await run('rclone', ['obscure', PASSWORD])).stdout.trim();
  writeFileSync(
    config,
    `[box]\ntype = smb\nhost = 127.0.0.1\nport = ${daemon.port}\nuser = ${USER}\npass = ${obscured}\n`,
  );
  const up = temporaryFolder();
  writeFileSync(join(up.path, 'large.bin'), randomBytes(SIZE));
  for (let i = 0; i < 20; i++) writeFileSync(join(up.path, `small ${i} ü.txt`), `${i}\n`);
  const copied = await run('rclone', ['--config', config, 'copy', up.path, 'box:files/tree']);
  t.is(copied.status, 0, copied.stderr);
  const back = await run('rclone', ['--config', config, 'copy', 'box:files/tree', join(folder.path, 'down')]);
  t.is(back.status, 0, back.stderr);
  const compared = await run('diff', ['-r', up.path, join(folder.path, 'down')]);
  t.is(compared.stdout, '');
  t.is((await run('diff', ['-r', up.path, join(daemon.folder, 'tree')])).status, 0);
  up[Symbol.dispose]();
});

/** Names with letters of whose capitals clients know more or less, and how somebody types them. */
const NAMES: readonly (readonly [account: string, typed: string])[] = [
  ['Ünal', 'ünal'],
  ['юзер', 'ЮЗЕР'],
  ['ӏбек', 'ӏБЕК'],
  ['joſ', 'JOſ'],
  ['groß', 'GROß'],
  ['µser', 'µser'],
  ['ყა', 'ყა'],
  ['ıԥ', 'ıԥ'],
];

withSmbclient('smbclient logs on whatever letters a name has', async (t) => {
  using folder = temporaryFolder();
  await using daemon = await TestDaemon.start();
  for (const [account, typed] of NAMES) {
    addUser(daemon.state, account, PASSWORD);
    const ended = await smbclient(daemon, folder.path, ['-U', `${typed}%${PASSWORD}`], 'ls');
    t.is(ended.status, 0, `${typed}: ${ended.stdout}${ended.stderr}`);
  }
  t.false(daemon.log.includes('logon refused'));
});

withRclone('rclone logs on whatever letters a name has', async (t) => {
  using folder = temporaryFolder();
  await using daemon = await TestDaemon.start();
  const config = join(folder.path, 'rclone.conf');
  const obscured = (await run('rclone', ['obscure', PASSWORD])).stdout.trim();
  for (const [account, typed] of NAMES) {
    addUser(daemon.state, account, PASSWORD);
    writeFileSync(
      config,
      `[box]\ntype = smb\nhost = 127.0.0.1\nport = ${daemon.port}\nuser = ${typed}\npass = ${obscured}\n`,
    );
    const ended = await run('rclone', ['--config', config, '--retries', '1', 'lsd', 'box:files']);
    t.is(ended.status, 0, `${typed}: ${ended.stderr}`);
  }
  t.false(daemon.log.includes('logon refused'));
});
