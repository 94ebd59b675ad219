import { addressKey, type OpenExplanation } from '@tsmbd/smb2-server';
import { canActAsUsers, keepLargeBuffers } from '@tsmbd/vfs-adapter';
import { Captures } from './capture/captures.ts';
import { COMPONENTS } from './components.ts';
import { remarksOn, type Settings } from './config/load.ts';
import { listenControl } from './control/control-server.ts';
import type { ControlRequest } from './control/protocol.ts';
import type { Engines } from './engines.ts';
import { sayWhose } from './identity/say-whose.ts';
import { listenAll, needsRestart } from './listeners.ts';
import type { Log } from './logging.ts';
import { OneEngine } from './one-engine.ts';
import { RefusalLog } from './refusal-log.ts';
import { divideRecords } from './state/divide-records.ts';
import type { State } from './state/state.ts';
import { workerCount } from './workers/worker-count.ts';
import { WorkerPool } from './workers/worker-pool.ts';

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
  keepLargeBuffers(workerCount(options.settings.global.workers));
  const { state } = options;
  sayWhose(options.settings, canActAsUsers(), options.log);
  const engines = await enginesOf(options);
  begun.defer(() => engines.end('it could not be started'));
  state.stopWaiting();
  const listeners = await listenFor(engines, options);
  for (const listener of listeners) begun.defer(() => listener.close());
  const daemon = new RunningDaemon(options, engines, listeners, taken);
  await daemon.listenControl();
  return daemon;
}

/** One engine in this thread, or several in workers. */
function enginesOf({ settings, state, log }: DaemonOptions): Promise<Engines> {
  const count = workerCount(settings.global.workers);
  divideRecords(state.directory, count);
  if (count === 1) return OneEngine.start({ settings, state, log });
  return WorkerPool.start({ settings, state, log }, count);
}

function listenFor(engines: Engines, { settings, log }: DaemonOptions): ReturnType<typeof listenAll> {
  const refusals = new RefusalLog(log);
  return listenAll(settings.global, {
    groupOf: addressKey,
    ...engines.listening,
    onRefused: (address, reason) => refusals.refused(address, reason),
    warn: (message) => log.write('warn', 'conn', message),
  });
}

class RunningDaemon implements Daemon {
  readonly listening: Awaited<ReturnType<typeof listenAll>>;
  readonly stopped: Promise<void>;
  readonly #options: DaemonOptions;
  readonly #engines: Engines;
  readonly #captures: Captures;
  readonly #taken: Disposable;
  readonly #finished: () => void;
  /** The settings in force now. */
  #settings: Settings;
  #control: AsyncDisposable | undefined;
  #stopping: Promise<void> | undefined;

  /** @param taken gives the state back, so that the next daemon can take it */
  constructor(options: DaemonOptions, engines: Engines, listening: RunningDaemon['listening'], taken: Disposable) {
    this.#options = options;
    this.#settings = options.settings;
    this.#engines = engines;
    this.listening = listening;
    this.#captures = new Captures(engines);
    this.#taken = taken;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.stopped = promise;
    this.#finished = resolve;
  }

  async reload(): Promise<readonly string[]> {
    const { log, reload, settings: started } = this.#options;
    const next = reload();
    await this.#engines.reconfigure(next);
    this.#settings = next;
    // Some settings hold until the daemon ends.
    const restart = needsRestart(started.global, next.global);
    const said = [
      ...remarksOn(next),
      ...(restart.length === 0 ? [] : [`a restart is needed for what is new of: ${restart.join(', ')}`]),
    ];
    for (const line of said) log.write('warn', 'smb', line);
    log.write('info', 'smb', 'configuration read again', { shares: next.shares.size });
    return said;
  }

  stop(reason: string): Promise<void> {
    this.#stopping ??= this.#stop(reason);
    return this.#stopping;
  }

  async #stop(reason: string): Promise<void> {
    this.#options.log.write('info', 'smb', 'stopping', { reason });
    await Promise.all(this.listening.map((listener) => listener.close()));
    await this.#engines.end(reason);
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
    switch (request.command) {
      case 'status':
        return this.#engines.status();
      case 'loop':
        return this.#engines.loop();
      case 'shares':
        return this.#shares();
      case 'explain-open':
        return explain(this.#engines, request);
      case 'why-denied':
        return this.#engines.whyDenied(request);
      case 'reload':
        return this.reload();
      case 'capture-start':
        return this.#captures.start(request);
      case 'capture-stop':
        return this.#captures.stop();
      case 'capture-wait':
        return this.#captures.ended();
      case 'debug':
        return toggle(request, this.#options.log, this.#engines);
      case 'kill-worker':
        return this.#killWorker(request.worker);
      case 'shutdown':
        setImmediate(() => void this.stop('tsmbd shutdown'));
        return null;
    }
  }

  /** For tests: a server that people use never has these hooks. */
  #killWorker(worker: number): null {
    if (!this.#settings.global.tortureHooks) throw new Error('only with smbd:FSCTL_SMBTORTURE = yes');
    this.#engines.kill(worker);
    return null;
  }

  #shares(): { readonly name: string; readonly comment: string; readonly path: string }[] {
    return [...this.#settings.shares]
      .filter(([, { available }]) => available)
      .map(([name, { comment, path }]) => ({ name, comment, path }));
  }
}

async function explain(
  engines: Engines,
  { share, path }: Extract<ControlRequest, { command: 'explain-open' }>,
): Promise<OpenExplanation> {
  const explanation = await engines.explainOpen(share, path);
  if (explanation === undefined) throw new Error(`no share ${share} with files`);
  return explanation;
}

function toggle(request: Extract<ControlRequest, { command: 'debug' }>, log: Log, engines: Engines): string {
  const component = COMPONENTS.find((name) => name === request.component);
  if (component === undefined) throw new Error(`no component ${request.component}; there are ${COMPONENTS.join(', ')}`);
  const isOn = log.toggle(component);
  engines.debug(log.debugging);
  return `${component}: ${isOn ? 'on' : 'off'}`;
}
