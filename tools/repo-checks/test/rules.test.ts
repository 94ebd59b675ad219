import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { root, sourceFiles } from '../src/tree.ts';

/*
 * What the server does has a row in the tables of refusals: a command, information class or FSCTL
 * that is missing there is one whose rule no test holds.
 */

const SERVER = 'packages/smb2-server';
const table = read(`${SERVER}/test/tables/operations.ts`);
const rules = read(`${SERVER}/src/access/operations.ts`);

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

/**
 * What stands behind `prefix` in the text, such as the names of `FsctlCode.…`; at least `atLeast`,
 * or the text has moved.
 */
function named(text: string, prefix: string, atLeast: number): string[] {
  const names = [...text.matchAll(new RegExp(`\\b${prefix}\\.(\\w+)`, 'g'))].map((match) => match[1]!);
  const unique = [...new Set(names)];
  if (unique.length < atLeast) throw new Error(`${prefix}: ${unique.length} names`);
  return unique;
}

/** The part of a text from `start` to the next line that is `end`. */
function section(text: string, start: string, end: string): string {
  const from = text.indexOf(start);
  if (from < 0) throw new Error(`no ${start}`);
  return text.slice(from, text.indexOf(end, from));
}

test('every command that works on an Open is in the table of refusals', (t) => {
  // Those without an Open, and CREATE, are in tables of their own: session states, and creates.ts.
  const elsewhere = new Set(
    'NEGOTIATE SESSION_SETUP LOGOFF TREE_CONNECT TREE_DISCONNECT CREATE ECHO OPLOCK_BREAK'.split(' '),
  );
  const commands = section(read(`${SERVER}/src/pipeline/dispatch.ts`), 'export const COMMANDS', ']);');
  for (const command of named(commands, 'Command', 18)) {
    if (elsewhere.has(command)) continue;
    t.regex(table, new RegExp(`(name: ['\`]|IOCTL|QUERY_INFO |SET_INFO )${command}|['\`]${command} `), command);
  }
  t.regex(read(`${SERVER}/test/access-create.test.ts`), /CREATES/);
});

test('every class of QUERY_INFO and SET_INFO about a file has a rule and a row in the table of refusals', (t) => {
  const queried = named(read(`${SERVER}/src/info/file-classes.ts`), 'FileInformationClass', 20);
  const set = named(read(`${SERVER}/src/info/set-classes.ts`), 'FileInformationClass', 11);
  const queryRules = named(section(rules, 'export const QUERY_NEEDS', ']);'), 'FileInformationClass', 20);
  const setRules = named(section(rules, 'export const SET_NEEDS', ']);'), 'FileInformationClass', 11);
  t.deepEqual(queryRules.toSorted(), queried.toSorted());
  t.deepEqual(setRules.toSorted(), set.toSorted());
  const queryRows = section(table, 'const ofFile:', '];');
  const setRows = section(table, 'const settings:', '\n];');
  for (const name of queried) t.true(queryRows.includes(`'${name}'`), `QUERY_INFO ${name}`);
  for (const name of set)
    t.true(setRows.includes(`setting('${name}'`) || setRows.includes(`'${name}'`), `SET_INFO ${name}`);
});

test('every FSCTL that works on an Open of a file has a rule and a row in the table of refusals', (t) => {
  const ioctl = read(`${SERVER}/src/commands/ioctl.ts`);
  const served = named(section(ioctl, 'const FSCTLS', ']);'), 'FsctlCode', 18);
  const withoutFile = new Set([...named(section(ioctl, 'const WITHOUT_FILE', ']);'), 'FsctlCode', 5), ...PIPES]);
  const ofFiles = served.filter((name) => !withoutFile.has(name));
  const ruled = named(section(rules, 'export const FSCTL_NEEDS', ']);'), 'FsctlCode', 11);
  t.deepEqual(ruled.toSorted(), ofFiles.toSorted());
  const rows = section(table, 'const fsctls:', '\n];');
  for (const name of ofFiles) t.true(rows.includes(`fsctl('${name}'`), `IOCTL ${name}`);
});

test('every part of a descriptor has a rule and a row in the table of refusals', (t) => {
  const parts = named(read(`${SERVER}/src/access/descriptor-parts.ts`), 'part: SecurityInformation', 8);
  const rows = section(table, 'const SECURITY:', '\n];');
  for (const part of parts) t.true(rows.includes(`'${part}'`), part);
});

test('files are opened for clients as their users, in one place, and calls of C are made in few', (t) => {
  const opens = filesIn(`${SERVER}/src/`).filter((file) => /\bvfs!?\.open\(/.test(read(file)));
  t.deepEqual(opens.map((file) => file.slice(`${SERVER}/src/`.length)).toSorted(), [
    // For clients: as the user in the share.
    'access/open-as.ts',
    // What is vetoed in a directory that is deleted: as the user who deletes it.
    'access/veto.ts',
    // The identity of a directory, for leases; clients are told nothing of it.
    'caching/directory-leases.ts',
    // tsmbd explain-open, which the administrator runs.
    'report/explain-open.ts',
  ]);
  const posix = 'packages/vfs-adapter/src/posix';
  const binds = filesIn(`${posix}/`).filter((file) => read(file).includes('native.func('));
  t.deepEqual(binds.map((file) => file.slice(`${posix}/`.length)).toSorted(), [
    // All calls about files: `Libc` binds each of them to a user.
    'calls.ts',
    // Those about descriptors of sockets, threads, locks, leases, watches, names of users.
    'descriptors.ts',
    'identity/capabilities.ts',
    'identity/name-service.ts',
    'identity/thread-identity.ts',
    'inotify/inotify-worker.ts',
    'inotify/inotify.ts',
    'system-locks.ts',
  ]);
});

/** FSCTLs of pipes, which have no rights but the open itself. */
const PIPES = ['PIPE_TRANSCEIVE', 'PIPE_PEEK'];

function filesIn(folder: string): string[] {
  return sourceFiles().filter((file) => file.startsWith(folder));
}
