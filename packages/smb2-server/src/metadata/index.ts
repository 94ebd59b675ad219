/*
 * What clients are told about a file: sizes, times, attributes, identity; what create contexts ask
 * for and are answered. It may use the model.
 */

export { contextResponses, type RequestedContexts, requestedContexts } from './create-contexts.ts';
export { FileTimes, seenLater } from './file-times.ts';
export {
  fileIdOf,
  type NetworkOpenValues,
  networkOpenValues,
  SETTABLE_ATTRIBUTES,
  shownAllocation,
  wholeClusters,
  wireAttributes,
} from './file-values.ts';
export { keeps } from './kept.ts';
export { MAX_OFFSET } from './max-offset.ts';
