import {
  addressKey,
  explainOpen,
  loopStatusOf,
  type OpenExplanation,
  type ServerConfig,
  type Share,
  SmbServer,
  statusOf,
} from '@tsmbd/smb2-server';
import { keepLargeBuffers, onStorageTurn } from '@tsmbd/vfs-adapter';
import { Captures } from './capture/captures.ts';
import { COMPONENTS } from './components.ts';
import { type OnRefused, serverConfigOf, sharesOf } from './config/apply.ts';
import { hostWorldOf } from './config/host-world.ts';
import { remarksOn, type Settings } from './config/load.ts';
import { listenControl } from './control/control-server.ts';
import type { ControlRequest } from './control/protocol.ts';
import { environmentOf } from './environment.ts';
import { listenAll, needsRestart } from './listeners.ts';
import type { Log } from './logging.ts';
import { RefusalLog } from './refusal-log.ts';
import type { State } from './state/state.ts';
import { sentence } from './system-error.ts';

/** What a daemon is started with. */
export interface DaemonOptions {
  readonly settings: Settings;
  readonly state: State;
  readonly log: Log;
  /** Path of the control socket. */
  readonly controlSocket: string;
  /** Reads the configuration again; throws what is wrong with it. */
  readonly reload: () => Settings;
}

export interface Daemon {
  /** Addresses and ports that it listens on. */
  readonly listening: readonly { readonly address: string; readonly port: number }[];
  readonly engine: SmbServer;
  /** Reads the configuration again; returns its warnings. */
  reload(): Promise<readonly string[]>;
  /** Ends connections and listeners. Resolves when all is closed. */
  stop(reason: string): Promise<void>;
  /** Resolves when the daemon has stopped, whoever stopped it. */
  readonly stopped: Promise<void>;
}

/**
 * Starts the engine, its listeners and its control socket. Throws StateInUse if another daemon has
 * the state, before it touches anything of that daemon's.
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  // What has to be ended if a later step fails. Persistent opens are an example: their time would
  // run out while no client can come back for them.
  const begun = new AsyncDisposableStack();
  try {
    return await start(options, begun);
  } catch (error) {
    await begun.disposeAsync();
    throw error;
  }
}

/** @param begun is told how to end what has begun, in the order in which it began */
async function start(options: DaemonOptions, begun: AsyncDisposableStack): Promise<Daemon> {
  const taken = begun.use(options.state.takeForDaemon());
  // This process does nothing but run the server.
  keepLargeBuffers();
  const { state } = options;
  const configuration = new Configuration(options);
  const engine = await engineOf(options, configuration);
  begun.defer(() => endEngine(engine, 'it could not be started'));
  await engine.restorePersistent();
  state.stopWaiting();
  const listeners = await listenFor(engine, options);
  for (const listener of listeners) begun.defer(() => listener.close());
  const daemon = new RunningDaemon(options, configuration, engine, listeners, taken);
  await daemon.listenControl();
  return daemon;
}

/** The configuration of the daemon, and the settings that follow from it. */
class Configuration {
  /** The settings in force now. */
  settings: Settings;
  /** The settings in force at the start. Some of them hold until the daemon ends. */
  readonly started: Settings['global'];
  readonly #options: DaemonOptions;

  constructor(options: DaemonOptions) {
    this.#options = options;
    this.settings = options.settings;
    this.started = options.settings.global;
  }

  /**
   * The settings and shares for the engine. Shares without a folder are left out, and the log says
   * so.
   */
  async apply(read: Settings): Promise<[ServerConfig, Share[]]> {
    const { log, state } = this.#options;
    const hosts = await hostWorldOf(read, (name) => log.write('warn', 'conn', 'hosts allow: no address', { name }));
    const refused: OnRefused = (share, error) =>
      log.write('warn', 'vfs', 'a share has no folder', { share, reason: sentence(error) });
    return [serverConfigOf(read.global, state.serverGuid, hosts), await sharesOf(read, hosts, refused)];
  }

  /** Reads the configuration again for the engine; returns its warnings. */
  async reload(engine: SmbServer): Promise<readonly string[]> {
    const { log, reload } = this.#options;
    const next = reload();
    engine.reconfigure(...(await this.apply(next)));
    this.settings = next;
    const restart = needsRestart(this.started, next.global);
    const said = [
      ...remarksOn(next),
      ...(restart.length === 0 ? [] : [`a restart is needed for what is new of: ${restart.join(', ')}`]),
    ];
    for (const line of said) log.write('warn', 'smb', line);
    log.write('info', 'smb', 'configuration read again', { shares: next.shares.size });
    return said;
  }
}

async function engineOf({ state, log }: DaemonOptions, configuration: Configuration): Promise<SmbServer> {
  const holder: { engine?: SmbServer } = {};
  const environment = environmentOf(
    () => holder.engine!,
    state,
    (...line) => log.write(...line),
    () => configuration.settings.global.serverString,
  );
  const persistentStore = state.persistentOpens;
  const [config, shares] = await configuration.apply(configuration.settings);
  const engine = new SmbServer(config, shares, { ...environment, persistentStore });
  holder.engine = engine;
  onStorageTurn(() => engine.turns.enter('storage'));
  return engine;
}

function listenFor(engine: SmbServer, { settings, log }: DaemonOptions): ReturnType<typeof listenAll> {
  const refusals = new RefusalLog(log);
  return listenAll(settings.global, {
    groupOf: addressKey,
    makeRoom: (group) => engine.makeRoom(group),
    onConnection: (transport) => engine.accept(transport),
    onRefused: (address, reason) => refusals.refused(address, reason),
    warn: (message) => log.write('warn', 'conn', message),
  });
}

class RunningDaemon implements Daemon {
  readonly engine: SmbServer;
  readonly listening: Awaited<ReturnType<typeof listenAll>>;
  readonly stopped: Promise<void>;
  readonly #options: DaemonOptions;
  readonly #configuration: Configuration;
  readonly #captures: Captures;
  readonly #taken: Disposable;
  readonly #finished: () => void;
  #control: AsyncDisposable | undefined;
  #stopping: Promise<void> | undefined;

  /** @param taken gives the state back, so that the next daemon can take it */
  constructor(
    options: DaemonOptions,
    configuration: Configuration,
    engine: SmbServer,
    listening: RunningDaemon['listening'],
    taken: Disposable,
  ) {
    this.#options = options;
    this.#configuration = configuration;
    this.engine = engine;
    this.listening = listening;
    this.#captures = new Captures(engine);
    this.#taken = taken;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.stopped = promise;
    this.#finished = resolve;
  }

  reload(): Promise<readonly string[]> {
    return this.#configuration.reload(this.engine);
  }

  stop(reason: string): Promise<void> {
    this.#stopping ??= this.#stop(reason);
    return this.#stopping;
  }

  async #stop(reason: string): Promise<void> {
    this.#options.log.write('info', 'smb', 'stopping', { reason });
    await Promise.all(this.listening.map((listener) => listener.close()));
    await endEngine(this.engine, reason);
    await this.#captures.close();
    await this.#control?.[Symbol.asyncDispose]();
    // Only now, so that a daemon that waits for the state finds nothing of this daemon at work.
    this.#taken[Symbol.dispose]();
    this.#finished();
  }

  /** Listens for `tsmbd status` and the other commands. */
  async listenControl(): Promise<void> {
    this.#control = await listenControl(this.#options.controlSocket, (request) => this.#answer(request));
  }

  #answer(request: ControlRequest): unknown {
    const { engine } = this;
    engine.turns.enter(`tsmbd ${request.command}`);
    switch (request.command) {
      case 'status':
        return statusOf(engine);
      case 'loop':
        return [loopStatusOf(engine)];
      case 'shares':
        return this.#shares();
      case 'explain-open':
        return explain(engine, request);
      case 'reload':
        return this.reload();
      case 'capture-start':
        return this.#captures.start(request);
      case 'capture-stop':
        return this.#captures.stop();
      case 'capture-wait':
        return this.#captures.ended();
      case 'debug':
        return toggle(request, this.#options.log);
      case 'shutdown':
        setImmediate(() => void this.stop('tsmbd shutdown'));
        return null;
    }
  }

  #shares(): { readonly name: string; readonly comment: string; readonly path: string }[] {
    const { settings } = this.#configuration;
    return this.engine.shares
      .filter((share) => share.type === 'disk')
      .map(({ name, comment }) => ({ name, comment, path: settings.shares.get(name)?.path ?? '' }));
  }
}

/** Persistent opens stay in the store, also those whose client is away. */
async function endEngine(engine: SmbServer, reason: string): Promise<void> {
  await engine.shutdown(reason);
  engine.setShares([]);
}

async function explain(
  engine: SmbServer,
  { share, path }: Extract<ControlRequest, { command: 'explain-open' }>,
): Promise<OpenExplanation> {
  const explanation = await explainOpen(engine, share, path);
  if (explanation === undefined) throw new Error(`no share ${share} with files`);
  return explanation;
}

function toggle(request: Extract<ControlRequest, { command: 'debug' }>, log: Log): string {
  const component = COMPONENTS.find((name) => name === request.component);
  if (component === undefined) throw new Error(`no component ${request.component}; there are ${COMPONENTS.join(', ')}`);
  return `${component}: ${log.toggle(component) ? 'on' : 'off'}`;
}
