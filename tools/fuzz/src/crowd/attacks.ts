import type { Attack } from './attack.ts';
import { bombs } from './attacks/bombs.ts';
import { elements, reads } from './attacks/compounds.ts';
import { descriptors } from './attacks/descriptors.ts';
import { localRenames, patterns, watches } from './attacks/listing.ts';
import { locks } from './attacks/locks.ts';
import { halfMadeLogons, idleConnections } from './attacks/logons.ts';
import { emptyFragments, unfinishedCalls } from './attacks/pipes.ts';
import { allocatedRanges } from './attacks/ranges.ts';
import { renames } from './attacks/renames.ts';
import { lockedState } from './attacks/state.ts';

/**
 * Attacks of one client on all others. Each of them was seen to stop a server, this one or another.
 */
export const ATTACKS: readonly Attack[] = [
  patterns,
  reads,
  elements,
  locks,
  allocatedRanges,
  watches,
  localRenames,
  renames,
  halfMadeLogons,
  idleConnections,
  emptyFragments,
  unfinishedCalls,
  descriptors,
  bombs,
  lockedState,
];
