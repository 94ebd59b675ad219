import {
  type DenialAnswer,
  type DenialQuestion,
  explainOpen,
  type LoopStatus,
  loopStatusOf,
  type OpenExplanation,
  type ServerStatus,
  SmbServer,
  statusOf,
  type WorkerLink,
  whyDenied,
} from '@tsmbd/smb2-server';
import { onStorageTurn, sendLater, sendNow } from '@tsmbd/vfs-adapter';
import type { Capture } from './capture/capture.ts';
import type { Settings } from './config/load.ts';
import { engineSettings } from './engine-settings.ts';
import type { Engines } from './engines.ts';
import { environmentOf } from './environment.ts';
import { Identities } from './identity/identities.ts';
import type { Log } from './logging.ts';
import type { State } from './state/state.ts';

/** What an engine is made of. */
export interface EngineOptions {
  readonly settings: Settings;
  readonly state: State;
  readonly log: Pick<Log, 'write'>;
  /** Set in a worker. */
  readonly workers?: WorkerLink;
}

/** An engine in this thread, with the persistent opens of its last run. */
export class OneEngine implements Engines {
  readonly engine: SmbServer;
  readonly #options: EngineOptions;
  readonly #identities: Identities;
  #settings: Settings;

  private constructor(options: EngineOptions, engine: SmbServer, identities: Identities) {
    this.#identities = identities;
    this.#options = options;
    this.#settings = options.settings;
    this.engine = engine;
  }

  static async start(options: EngineOptions): Promise<OneEngine> {
    const { settings, state, log, workers } = options;
    const holder: { made?: OneEngine } = {};
    const identities = new Identities(state, log);
    const environment = environmentOf(
      () => holder.made!.engine,
      identities,
      (...line) => log.write(...line),
      () => holder.made!.#settings.global.serverString,
    );
    const [config, shares] = await engineSettings(settings, state, identities, log);
    const persistentStore = state.persistentOpens;
    const engine = new SmbServer(config, shares, {
      ...environment,
      persistentStore,
      workers,
      sids: identities.mayAct ? identities.sids : undefined,
    });
    holder.made = new OneEngine(options, engine, identities);
    onStorageTurn(() => engine.turns.enter('storage'));
    await engine.restorePersistent();
    state.stopWaiting();
    return holder.made;
  }

  get listening(): Engines['listening'] {
    return {
      makeRoom: (group) => this.engine.makeRoom(group),
      onConnection: (transport) => this.engine.accept(transport),
      writeNow: sendNow,
      writeLater: sendLater,
    };
  }

  set observer(observer: Capture | undefined) {
    this.engine.observer = observer;
  }

  status(): Promise<ServerStatus> {
    this.engine.turns.enter('tsmbd status');
    return statusOf(this.engine);
  }

  async loop(): Promise<readonly LoopStatus[]> {
    return [loopStatusOf(this.engine)];
  }

  explainOpen(share: string, path: string): Promise<OpenExplanation | undefined> {
    return explainOpen(this.engine, share, path);
  }

  whyDenied(question: DenialQuestion): Promise<DenialAnswer> {
    return whyDenied(this.engine, question);
  }

  async reconfigure(settings: Settings): Promise<void> {
    const { state, log } = this.#options;
    this.engine.reconfigure(...(await engineSettings(settings, state, this.#identities, log)));
    this.#settings = settings;
  }

  debug(): void {
    // The log of this thread knows by itself.
  }

  kill(): void {
    throw new Error('workers = 1: there are no worker threads');
  }

  async end(reason: string): Promise<void> {
    await this.engine.shutdown(reason);
    this.engine.setShares([]);
    this.#identities[Symbol.dispose]();
  }
}
