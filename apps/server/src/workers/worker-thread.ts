import { closeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { LogComponent } from '@tsmbd/smb2-server';
import { adopter, BufferPool } from '@tsmbd/transport-tcp';
import { leaseSignalsFromMainThread, markDescriptors, sendLater, sendNow, unmarkDescriptor } from '@tsmbd/vfs-adapter';
import { LEVELS, type Log } from '../logging.ts';
import { OneEngine } from '../one-engine.ts';
import { State } from '../state/state.ts';
import type { FromWorker, ToWorker, WorkerQuestions, WorkerStart } from './messages.ts';
import { Observer } from './observer.ts';
import { PortLink } from './port-link.ts';

/*
 * One worker of a daemon: an engine for the connections that the main thread hands over. It runs
 * until the main thread tells it to end, or until it dies.
 */

const start = workerData as WorkerStart;
const main = parentPort!;
let debugging = new Set<LogComponent>(start.debugging);

function post(message: FromWorker, moved: ArrayBuffer[] = []): void {
  main.postMessage(message, moved);
}

const log: Pick<Log, 'write'> = {
  write(level, component, message, fields) {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(start.logLevel) && !debugging.has(component)) return;
    post({ type: 'log', level, component, message, fields });
  },
};

markDescriptors(start.marks, start.own);
const leaseSignal = leaseSignalsFromMainThread();
const link = new PortLink(start);
const state = new State(start.stateDirectory, start.domain, start.own);
const one = await OneEngine.start({ settings: start.settings, state, log, workers: link });
const { engine } = one;
/** Bytes of receive buffers that all workers together keep to use again. */
const IDLE_BYTES = 64 << 20;
const adopt = adopter({ pool: new BufferPool(IDLE_BYTES / start.count), writeNow: sendNow, writeLater: sendLater });
const observer = new Observer(post);

const answers: { [Name in keyof WorkerQuestions]: (asks: WorkerQuestions[Name]['asks']) => unknown } = {
  status: () => one.status(),
  loop: async () => ({ ...(await one.loop())[0]!, worker: start.own }),
  'explain-open': ({ share, path }) => one.explainOpen(share, path),
  'why-denied': (question) => one.whyDenied(question),
  reconfigure: (settings) => one.reconfigure(settings),
  'make-room': (group) => engine.makeRoom(group),
  end: async (reason) => {
    await one.end(reason);
    state[Symbol.dispose]();
  },
};

async function answer({ id, name, asks }: Extract<ToWorker, { type: 'ask' }>): Promise<void> {
  try {
    const value = await (answers[name] as (asks: unknown) => unknown)(asks);
    post({ type: 'answer', id, value, error: undefined });
  } catch (error) {
    post({ type: 'answer', id, value: undefined, error: error instanceof Error ? error : new Error(String(error)) });
  }
}

function serve(id: number, descriptor: number): void {
  unmarkDescriptor(descriptor);
  let transport: ReturnType<typeof adopt>;
  try {
    transport = adopt(descriptor);
  } catch (error) {
    closeSync(descriptor);
    log.write('warn', 'conn', 'a connection could not be taken over', { error });
    post({ type: 'ended', id });
    return;
  }
  engine.accept(transport);
  const { onClose } = transport;
  transport.onClose = (reason) => {
    onClose(reason);
    post({ type: 'ended', id });
  };
}

main.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'connection':
      serve(message.id, message.descriptor);
      break;
    case 'ask':
      void answer(message);
      break;
    case 'debug':
      debugging = new Set(message.components);
      break;
    case 'gone':
      link.gone(message.worker);
      break;
    case 'peer':
      link.connect(message.worker, message.port);
      break;
    case 'lease-signal':
      leaseSignal();
      break;
    case 'observe':
      engine.observer = observer.of(message.client);
      break;
    case 'observed':
      observer.taken(message.bytes);
  }
});
post({ type: 'ready' });
