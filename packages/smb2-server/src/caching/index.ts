/*
 * Oplocks and leases: breaks and their time-out, requests that wait for a break, leased
 * directories. It may use the model, names and notify.
 */

export {
  beginsToGiveWay,
  giveWayFor,
  nameChanges,
  othersGiveWay,
  requireWanted,
  untilElsewhere,
  untilRetry,
} from './break-waits.ts';
export { changeBytes, fileChanged, fileChanges, fileChangesOutside } from './byte-changes.ts';
export { DirectoryLeases } from './directory-leases.ts';
export {
  holderOf,
  leaseClient,
  leaseId,
  leaseKey,
  leaseResponse,
  noLease,
  parentLease,
  wantedLease,
} from './leases.ts';
export { OplockBreaks } from './oplock-breaks.ts';
export { SystemLeasesOfOpens } from './system-leases.ts';
export { Waits } from './waits.ts';
