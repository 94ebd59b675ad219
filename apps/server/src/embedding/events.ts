import type { ActivityEvents, ActivityListeners } from '@tsmbd/smb2-server';

/** Is told of one kind of event. */
export type EventListener<Name extends keyof ActivityEvents> = (event: ActivityEvents[Name]) => void;

/** Several listeners for each event of an engine, which itself has one at most. */
export class EventListeners {
  readonly #engine: ActivityListeners;
  readonly #listeners = new Map<keyof ActivityEvents, ((event: never) => unknown)[]>();

  constructor(engine: ActivityListeners) {
    this.#engine = engine;
  }

  /** Returns what removes the listener again. TypeError for an event that there is not. */
  add<Name extends keyof ActivityEvents>(name: Name, listener: EventListener<Name>): () => void {
    if (!Object.hasOwn(this.#engine, name)) throw new TypeError(`no event is named ${JSON.stringify(name)}`);
    // Its own function, so that one that is added twice can be removed once.
    const own: EventListener<Name> = (event) => listener(event);
    this.#set(name, [...(this.#listeners.get(name) ?? []), own]);
    return () => this.#set(name, this.#listeners.get(name)?.filter((other) => other !== own) ?? []);
  }

  #set<Name extends keyof ActivityEvents>(name: Name, listeners: ((event: never) => unknown)[]): void {
    this.#listeners.set(name, listeners);
    const all = listeners as ((event: ActivityEvents[Name]) => unknown)[];
    const one = all.length > 1 ? (event: ActivityEvents[Name]) => callAll(all, event) : all[0];
    this.#engine[name] = one as ActivityListeners[Name];
  }
}

/** Calls each, whatever the others throw. Rejects, or throws, with the first error. */
function callAll<Event>(listeners: readonly ((event: Event) => unknown)[], event: Event): unknown {
  const results = listeners.map((listener) => {
    try {
      return listener(event);
    } catch (error) {
      return Promise.reject(error);
    }
  });
  return results.some((result) => result instanceof Promise) ? Promise.all(results) : undefined;
}
