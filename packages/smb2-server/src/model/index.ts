/*
 * The data model of the specification: connections, sessions, tree connects, opens, a request under
 * way, and the narrow interface `Engine` through which rooms use one another. It imports only the
 * world: algorithms, configuration, errors, transport.
 */

export {
  type Activity,
  type ActivityEvents,
  type ActivityListeners,
  activityOf,
  type FileActivity,
  noListeners,
  tellOfOpen,
  tellOpened,
  tellRenamed,
} from './activities.ts';
export type { AuthExchange, AuthStep, Logon } from './auth-exchange.ts';
export type { ChainState } from './chain-state.ts';
export { newChannelSequence, uncountRequest } from './channel-sequence.ts';
export { Connection, type ConnectionCompression } from './connection.ts';
export { Descriptors } from './descriptors.ts';
export { DEFAULT_TIMEOUT_MS, type Durability, MAX_TIMEOUT_MS, timeoutFor } from './durability.ts';
export type { Engine } from './engine.ts';
export { LineLimit } from './line-limit.ts';
export { LockSequences } from './lock-sequence.ts';
export { newFileOpen } from './new-open.ts';
export { NextTurns } from './next-turns.ts';
export { type MessageObserver, observe } from './observer.ts';
export {
  type AppInstance,
  type AwayOpen,
  type Enumeration,
  FileMarks,
  type FileOpen,
  type KeyHash,
  type Open,
  type OpenLease,
  type PipeOpen,
} from './open.ts';
export type { Move, Place } from './place.ts';
export { accessNames, MAX_LOGGED_PATH } from './refusals.ts';
export { type EndCause, RequestContext } from './request-context.ts';
export { EncodedBody, FIXED_BODY, ReservedPayload, type ResponseBody } from './response-body.ts';
export type {
  Breaks,
  Buffers,
  ChangeElsewhere,
  Colleagues,
  CopySource,
  Durables,
  Ends,
  EntryElsewhere,
  KnownBackEnds,
  LeasedDirectories,
  LogonOutcome,
  LogonTurn,
  LogonTurns,
  NotifyCall,
  NotifyChange,
  Opens,
  OwnCount,
  Persistents,
  SystemLeases,
  Times,
  Together,
  WaitEffect,
  Waiters,
  Watch,
  Watches,
} from './services.ts';
export { Session, type SessionKeys } from './session.ts';
export type { TreeConnect } from './tree-connect.ts';
export type { TurnTimes } from './turn-histogram.ts';
export { type LongestTurn, TurnMeter, type TurnPeriod, type Work } from './turn-meter.ts';
export { inNextTurn, TURN_MS, Turn } from './turns.ts';
