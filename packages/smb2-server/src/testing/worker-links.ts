import type { WorkerLink } from '../config.ts';
import { workerMemory } from '../workers/index.ts';

/** The links between the workers of a server that all run in this thread. */
export interface WorkerLinks {
  readonly links: readonly WorkerLink[];
  /** The worker dies: nothing reaches it or comes from it any more, and the others are told. */
  kill(worker: number): void;
  /** The worker is there again. Nothing that was under way when it died arrives. */
  revive(worker: number): void;
}

/**
 * Links for `count` engines of one thread.
 *
 * @param deliver calls its argument later; calls for one pair of workers must keep their order
 */
export function workerLinks(
  count: number,
  deliver: (call: () => void, from: number, to: number) => void = (call) => void setImmediate(call),
): WorkerLinks {
  const memory = workerMemory(count, new Uint8Array([1, 2, 3, 4]), 256);
  const dead = new Set<number>();
  /** How often each worker has died. */
  const deaths = new Array<number>(count).fill(0);
  const links = Array.from({ length: count }, (_, own): WorkerLink => {
    return {
      own,
      count,
      memory,
      post(to, message, moved) {
        if (dead.has(own) || dead.has(to)) return;
        const copy: unknown = structuredClone(message, { transfer: [...moved] });
        const [ownDeaths, toDeaths] = [deaths[own], deaths[to]];
        deliver(
          () => {
            if (deaths[own] === ownDeaths && deaths[to] === toDeaths) links[to]!.onMessage(own, copy);
          },
          own,
          to,
        );
      },
      reaches: (worker) => !dead.has(worker),
      onMessage: () => {},
      onGone: () => {},
    };
  });
  return {
    links,
    kill(worker) {
      dead.add(worker);
      deaths[worker]! += 1;
      for (const link of links) if (!dead.has(link.own)) link.onGone(worker);
    },
    revive: (worker) => void dead.delete(worker),
  };
}
