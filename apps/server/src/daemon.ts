import { networkInterfaces } from 'node:os';
import { explainOpen, type OpenExplanation, SmbServer, statusOf } from '@tsmbd/smb2-server';
import { type Listener, listen } from '@tsmbd/transport-tcp';
import { keepLargeBuffers } from '@tsmbd/vfs-adapter';
import { Captures } from './capture/captures.ts';
import { COMPONENTS } from './components.ts';
import { type OnRefused, serverConfigOf, sharesOf } from './config/apply.ts';
import type { Settings } from './config/load.ts';
import { listenControl } from './control/control-server.ts';
import type { ControlRequest } from './control/protocol.ts';
import { descriptorShares } from './descriptor-limit.ts';
import { environmentOf } from './environment.ts';
import type { Log } from './logging.ts';
import type { State } from './state/state.ts';

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

/** Starts the engine, its listeners and its control socket. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
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
  const refused: OnRefused = (share, error) => log.write('warn', 'vfs', 'no folder for who connects', { share, error });
  const engine = new SmbServer(serverConfigOf(settings.global, state.serverGuid), await sharesOf(settings, refused), {
    ...environment,
    persistentStore: state.persistentOpens,
  });
  holder.engine = engine;
  await engine.restorePersistent();
  state.stopWaiting();
  const captures = new Captures(engine);
  const listeners = await listenAll(settings, engine, log);

  const reload = async (): Promise<readonly string[]> => {
    const next = options.reload();
    const shares = await sharesOf(next, refused);
    settings = next;
    engine.reconfigure(serverConfigOf(next.global, state.serverGuid), shares);
    for (const warning of next.warnings) log.write('warn', 'smb', warning);
    log.write('info', 'smb', 'configuration read again', { shares: next.shares.size });
    return next.warnings;
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
      await engine.shutdown(reason);
      await captures.close();
      await control[Symbol.asyncDispose]();
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
      case 'debug':
        return toggle(request, log);
      case 'shutdown':
        setImmediate(() => void stop('tsmbd shutdown'));
        return null;
    }
  });
  return { listening: listeners, engine, reload, stop, stopped };
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

async function listenAll(settings: Settings, engine: SmbServer, log: Log): Promise<Listener[]> {
  const { port, maxConnections } = settings.global;
  const listeners: Listener[] = [];
  try {
    for (const host of addressesOf(settings)) {
      listeners.push(
        await listen({
          host,
          port,
          maxConnections: Math.min(maxConnections === 0 ? Infinity : maxConnections, descriptorShares().connections),
          onConnection: (transport) => engine.accept(transport),
          onRefused: (address, reason) => log.write('warn', 'conn', 'connection refused', { address, reason }),
        }),
      );
    }
  } catch (error) {
    await Promise.all(listeners.map((listener) => listener.close()));
    throw explained(error as NodeJS.ErrnoException, port);
  }
  return listeners;
}

/** What to do about a port that cannot be had. */
function explained(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === 'EADDRINUSE') return new Error(`port ${port} is taken; --port chooses another`, { cause: error });
  if (error.code === 'EACCES') return new Error(`port ${port} needs root; --port chooses another`, { cause: error });
  return error;
}

/** The addresses to listen on: all, or those of the interfaces that the configuration names. */
function addressesOf(settings: Settings): string[] {
  const { interfaces, bindInterfacesOnly } = settings.global;
  if (!bindInterfacesOnly || interfaces.length === 0) return ['::'];
  const system = networkInterfaces();
  const addresses = interfaces.flatMap((name) => system[name]?.map((a) => a.address) ?? [name.split('/')[0]!]);
  return [...new Set(addresses)];
}
