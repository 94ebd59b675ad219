import {
  addressKey,
  explainOpen,
  type OpenExplanation,
  type ServerConfig,
  type Share,
  SmbServer,
  statusOf,
} from '@tsmbd/smb2-server';
import { keepLargeBuffers } from '@tsmbd/vfs-adapter';
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
 * Starts the engine, its listeners and its control socket. Throws StateInUse where another daemon
 * has the state: before anything of that one's is touched.
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  // What has begun when something fails: persistent opens, say, whose time would end while nobody
  // can come back for them.
  const begun = new AsyncDisposableStack();
  try {
    return await start(options, begun);
  } catch (error) {
    await begun.disposeAsync();
    throw error;
  }
}

/** @param begun is told how to end what was begun, in the order in which it began */
async function start(options: DaemonOptions, begun: AsyncDisposableStack): Promise<Daemon> {
  const taken = begun.use(options.state.takeForDaemon());
  // This process is the server and nothing else.
  keepLargeBuffers();
  const { state, log } = options;
  let { settings } = options;
  const holder: { engine?: SmbServer } = {};
  const environment = environmentOf(
    () => holder.engine!,
    state,
    (...line) => log.write(...line),
    () => settings.global.serverString,
  );
  const refused: OnRefused = (share, error) =>
    log.write('warn', 'vfs', 'a share has no folder', { share, reason: sentence(error) });
  const started = settings.global;
  const configured = async (read: Settings): Promise<[ServerConfig, Share[]]> => {
    const hosts = await hostWorldOf(read, (name) => log.write('warn', 'conn', 'hosts allow: no address', { name }));
    return [serverConfigOf(read.global, state.serverGuid, hosts), await sharesOf(read, hosts, refused)];
  };
  const engine = new SmbServer(...(await configured(settings)), {
    ...environment,
    persistentStore: state.persistentOpens,
  });
  holder.engine = engine;
  begun.defer(() => endEngine(engine, 'it could not be started'));
  await engine.restorePersistent();
  state.stopWaiting();
  const captures = new Captures(engine);
  const refusals = new RefusalLog(log);
  const listeners = await listenAll(started, {
    groupOf: addressKey,
    makeRoom: (group) => engine.makeRoom(group),
    onConnection: (transport) => engine.accept(transport),
    onRefused: (address, reason) => refusals.refused(address, reason),
    warn: (message) => log.write('warn', 'conn', message),
  });
  for (const listener of listeners) begun.defer(() => listener.close());

  const reload = async (): Promise<readonly string[]> => {
    const next = options.reload();
    const [config, shares] = await configured(next);
    settings = next;
    engine.reconfigure(config, shares);
    const restart = needsRestart(started, next.global);
    const said = [
      ...remarksOn(next),
      ...(restart.length === 0 ? [] : [`a restart is needed for what is new of: ${restart.join(', ')}`]),
    ];
    for (const line of said) log.write('warn', 'smb', line);
    log.write('info', 'smb', 'configuration read again', { shares: next.shares.size });
    return said;
  };

  let stopping: Promise<void> | undefined;
  let finished: () => void;
  const stopped = new Promise<void>((resolve) => {
    finished = resolve;
  });
  const stop = (reason: string): Promise<void> => {
    stopping ??= (async () => {
      log.write('info', 'smb', 'stopping', { reason });
      await Promise.all(listeners.map((listener) => listener.close()));
      await endEngine(engine, reason);
      await captures.close();
      await control[Symbol.asyncDispose]();
      // Only now: who waits for the state finds nothing of this daemon's at work.
      taken[Symbol.dispose]();
      finished();
    })();
    return stopping;
  };

  const control = await listenControl(options.controlSocket, (request) => {
    switch (request.command) {
      case 'status':
        return statusOf(engine);
      case 'shares':
        return engine.shares
          .filter((share) => share.type === 'disk')
          .map(({ name, comment }) => ({ name, comment, path: settings.shares.get(name)?.path ?? '' }));
      case 'explain-open':
        return explain(engine, request);
      case 'reload':
        return reload();
      case 'capture-start':
        return captures.start(request);
      case 'capture-stop':
        return captures.stop();
      case 'capture-wait':
        return captures.ended();
      case 'debug':
        return toggle(request, log);
      case 'shutdown':
        setImmediate(() => void stop('tsmbd shutdown'));
        return null;
    }
  });
  return { listening: listeners, engine, reload, stop, stopped };
}

/** What is persistent stays in the store, whoever waits for it. */
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
