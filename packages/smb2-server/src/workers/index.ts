/*
 * Several workers that serve as one server, each with a whole engine for its connections. A file's
 * state lives at the worker that opened it first; requests about it come to that worker. It may use
 * the model, names, access, locks and caching.
 */

export { Colleagues, type ForColleagues } from './colleagues.ts';
export type { CarryOut, HostedRequest } from './hosted.ts';
export { MAX_WORKERS, runOf, sessionIdOf, volatileOf, workerOfPersistent } from './ids.ts';
export { LogonTurnsOfAll } from './logon-turns.ts';
export { forgetWorker, workerMemory } from './memory.ts';
export type { OpenedAway, Reply } from './messages.ts';
