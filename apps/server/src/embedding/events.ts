import type { ActivityEvents, ActivityListeners } from '@tsmbd/smb2-server';
import type { TheirErrors } from './their-errors.ts';

/** Is told of one kind of event. */
export type EventListener<Name extends keyof ActivityEvents> = (event: ActivityEvents[Name]) => void;

/** Several listeners for each event of an engine, which itself has one at most. */
export class EventListeners {
  readonly #engine: ActivityListeners;
  readonly #errors: TheirErrors;
  readonly #listeners = new Map<keyof ActivityEvents, ((event: never) => void)[]>();

  constructor(engine: ActivityListeners, errors: TheirErrors) {
    this.#engine = engine;
    this.#errors = errors;
  }

  /** Returns what removes the listener again. TypeError for an event that there is not. */
  add<Name extends keyof ActivityEvents>(name: Name, listener: EventListener<Name>): () => void {
    if (!Object.hasOwn(this.#engine, name)) throw new TypeError(`no event is named ${JSON.stringify(name)}`);
    const call = { method: `on('${name}')` };
    // Its own function, so that one that is added twice can be removed once.
    const own: EventListener<Name> = (event) => this.#errors.told(call, () => listener(event));
    this.#set(name, [...(this.#listeners.get(name) ?? []), own]);
    return () => this.#set(name, this.#listeners.get(name)?.filter((other) => other !== own) ?? []);
  }

  #set<Name extends keyof ActivityEvents>(name: Name, listeners: ((event: never) => void)[]): void {
    this.#listeners.set(name, listeners);
    const all = listeners as EventListener<Name>[];
    const one = (event: ActivityEvents[Name]): void => {
      for (const listener of all) listener(event);
    };
    this.#engine[name] = (all.length > 0 ? one : undefined) as ActivityListeners[Name];
  }
}
