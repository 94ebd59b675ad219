import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ntHash } from '@tsmbd/ntlm-auth';
import type { LogLevel } from '@tsmbd/smb2-server';
import { dropCapabilities } from '@tsmbd/vfs-adapter';
import { netbiosNameOf } from '../config/apply.ts';
import { loadConfig, remarksOn, type Settings, settingsOf } from '../config/load.ts';
import { GLOBAL_PARAMETERS } from '../config/parameters.ts';
import type { ConfigLine, ConfigSection } from '../config/parse.ts';
import { type Daemon, startDaemon } from '../daemon.ts';
import { createLog, type Log } from '../logging.ts';
import { State } from '../state/state.ts';
import { controlSocketOf, defaultStateDirectory, makeStateDirectory } from '../state/state-directory.ts';
import { checkUserName } from '../user-name.ts';
import { connectionHints } from './connection-hints.ts';
import { DEFAULT_PORT } from './default-port.ts';

/** Options of `tsmbd serve`. */
export interface ServeCommandOptions {
  readonly config?: string;
  readonly share: readonly string[];
  readonly user?: string;
  readonly password?: string;
  readonly port?: string;
  readonly host?: string;
  readonly readOnly?: boolean;
  readonly guest?: boolean;
  readonly lenient?: boolean;
  readonly state?: string;
  readonly logLevel: LogLevel;
}

/** How long closing files may take after the daemon is told to end. */
const STOP_LIMIT_MS = 10_000;

/** Serves until a signal or `tsmbd shutdown`. */
export async function runServe(options: ServeCommandOptions): Promise<void> {
  refuseTogether(options);
  // Before anything makes threads, which have what this thread has then.
  dropCapabilities();
  // The masks of the shares say what new files may have, as with smbd. All other files of the
  // daemon are made with a mode of their own.
  process.umask(0);
  const stateDirectory = makeStateDirectory(resolve(options.state ?? defaultStateDirectory()));
  const read = (): Settings =>
    options.config === undefined
      ? settingsOf(sectionsOf(options))
      : override(loadConfig(options.config, { lenient: options.lenient === true }), options);
  const settings = read();
  const log = createLog(options.logLevel);
  const state = new State(stateDirectory, netbiosNameOf(settings.global));
  for (const remark of remarksOn(settings)) log.write('warn', 'smb', remark);
  const without = settings.notes.filter(({ kind }) => kind === 'none').length;
  if (without > 0) log.write('info', 'smb', `${without} lines have no effect here; tsmbd testparm says which`);
  const daemon = await startDaemon({
    settings,
    state,
    log,
    controlSocket: controlSocketOf(stateDirectory),
    reload: read,
  });
  handleSignals(daemon, log);
  if (options.config !== undefined) sayIfNobody(settings, state, log);
  // Only after the start has succeeded: otherwise a password would be made and never shown.
  const login = options.config === undefined && options.guest !== true ? prepareUser(options, state) : undefined;
  greet(daemon, settings, login, options);
  await daemon.stopped;
  state[Symbol.dispose]();
}

/**
 * Warns if there are no accounts. The server starts all the same, because accounts may be added
 * while it runs.
 */
function sayIfNobody({ global }: Settings, state: State, log: Log): void {
  if (state.table.all().length > 0) return;
  const isNever = global.mapToGuest === 'never' || global.mapToGuest === 'bad uid';
  const who = isNever && global.restrictAnonymous > 0 ? 'nobody' : 'nobody but guests';
  log.write('warn', 'auth', `there are no accounts: ${who} can log on; tsmbd user add makes one`);
}

/**
 * SIGHUP reads the configuration again. SIGTERM and SIGINT end the daemon, after STOP_LIMIT_MS in
 * any case.
 */
function handleSignals(daemon: Daemon, log: Log): void {
  process.on('SIGHUP', () => {
    daemon
      .reload()
      .catch((error: Error) => log.write('error', 'smb', 'configuration kept as it was', { reason: error.message }));
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      void daemon.stop(signal);
      setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
    });
  }
}

/** The configuration that the options of the command line stand for. */
function sectionsOf(options: ServeCommandOptions): ConfigSection[] {
  const line = (name: string, value: string): ConfigLine => ({ name, value, file: 'command line', line: 1 });
  const section = (name: string, lines: ConfigLine[]): ConfigSection => ({
    name,
    file: 'command line',
    line: 1,
    lines,
  });
  const shares = options.share.length > 0 ? options.share : [`shared=${makeWelcomeFolder()}`];
  return [
    section('global', [
      line('tcp port', options.port ?? DEFAULT_PORT),
      ...(options.host === undefined ? [] : [line('interfaces', options.host), line('bind interfaces only', 'yes')]),
      ...(options.guest === true ? [line('map to guest', 'bad user'), line('restrict anonymous', '0')] : []),
    ]),
    ...shares.map((share) => {
      const equals = share.indexOf('=');
      if (equals <= 0) throw new Error(`--share ${share}: expected name=path`);
      return section(share.slice(0, equals), [
        line('path', resolve(share.slice(equals + 1))),
        line('read only', options.readOnly === true ? 'yes' : 'no'),
        line('guest ok', options.guest === true ? 'yes' : 'no'),
        // Whoever shares a folder in this way shares what is his, with his own rights.
        ...(process.geteuid === undefined ? [] : [line('force user', String(process.geteuid()))]),
      ]);
    }),
  ];
}

/**
 * Throws if an option would have no effect beside another one. A user who passes `--read-only` may
 * rely on it.
 */
function refuseTogether(options: ServeCommandOptions): void {
  const given: readonly (readonly [option: string, isGiven: boolean])[] = [
    ['--share', options.share.length > 0],
    ['--user', options.user !== undefined],
    ['--password', options.password !== undefined],
    ['--read-only', options.readOnly !== undefined],
    ['--guest', options.guest !== undefined],
  ];
  for (const [option, isGiven] of given) {
    if (isGiven && options.config !== undefined) {
      throw new Error(`${option} and --config do not go together: shares and users are what the file says`);
    }
    if (isGiven && options.guest !== undefined && (option === '--user' || option === '--password')) {
      throw new Error(`${option} and --guest do not go together: a guest has no account`);
    }
  }
  const names = options.share.map((share) => share.slice(0, share.indexOf('=')).toUpperCase());
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new Error(`--share ${twice}: two folders of one name`);
}

/**
 * The port and the address of the command line replace those of the file. refuseTogether has
 * checked all other options.
 */
function override(settings: Settings, options: ServeCommandOptions): Settings {
  const global = {
    ...settings.global,
    ...(options.port !== undefined && { ports: portsOf(options.port) }),
    ...(options.host !== undefined && { interfaces: [options.host], bindInterfacesOnly: true }),
  };
  return { ...settings, global };
}

function portsOf(text: string): readonly number[] {
  const result = GLOBAL_PARAMETERS.ports.schema.safeParse(text);
  if (!result.success) throw new Error(`--port ${text}: ${result.error.issues.map((i) => i.message).join('; ')}`);
  return result.data;
}

/** Makes `./shared` with a file in it, for users who do not name a share. */
function makeWelcomeFolder(): string {
  const folder = resolve('shared');
  if (!existsSync(folder)) {
    mkdirSync(folder, { mode: 0o755 });
    const text = 'This folder is shared by tsmbd. What you put here, others see.\n';
    writeFileSync(join(folder, 'welcome.txt'), text, { mode: 0o644 });
  }
  return folder;
}

interface Login {
  readonly user: string;
  /** Undefined if the account existed before: this program does not know its password. */
  readonly password: string | undefined;
}

/**
 * The user of a server without a configuration file. If the account does not exist, it is made with
 * a new password.
 */
function prepareUser(options: ServeCommandOptions, state: State): Login {
  const user = options.user ?? process.env['SUDO_USER'] ?? process.env['USER'] ?? 'tsmbd';
  checkUserName(user);
  if (options.password !== undefined) {
    console.error('warning: a password on the command line can be read by every user of this machine');
    state.table.set({ name: user, ntHash: ntHash(options.password) });
    return { user, password: options.password };
  }
  const password = randomBytes(9).toString('base64url');
  const isNew = state.table.add({ name: user, ntHash: ntHash(password) });
  return { user, password: isNew ? password : undefined };
}

function greet(daemon: Daemon, settings: Settings, login: Login | undefined, options: ServeCommandOptions): void {
  const { port } = daemon.listening[0]!;
  const names = [...settings.shares.keys()];
  console.log(
    `tsmbd serves ${names.map((name) => `[${name}] ${settings.shares.get(name)!.path}`).join(', ')} on port ${port}`,
  );
  if (options.config !== undefined || names.length === 0) return;
  const program = process.env['TSMBD_PROGRAM'] ?? 'tsmbd';
  console.log(connectionHints({ program, port, share: names[0]!, user: login?.user, password: login?.password }));
}
