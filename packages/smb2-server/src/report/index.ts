/*
 * Answers for an administrator: the status, and why a file cannot be opened. It may use the model,
 * names and caching.
 */

export { type ExplainedOpen, explainOpen, type HeldOpen, type OpenExplanation } from './explain-open.ts';
export { type LoopStatus, type LoopTurns, type LoopWork, loopStatusOf } from './loop-status.ts';
export { type ListedOpen, listOpens } from './open-list.ts';
export type { CachingStatus, LockStatus, OpenStatus } from './open-status.ts';
export { type HostedStatus, type ServerStatus, type SessionStatus, statusOf, type TreeStatus } from './status.ts';
export { type DenialAnswer, type DenialQuestion, whyDenied } from './why-denied.ts';
