/*
 * Names as clients send them, where they lead, patterns, and an index of all opens by name. It may
 * use the model.
 */

export { requireEaName } from './ea-name.ts';
export { isNameGoing, linkAt, type OpenedLink, openedLink } from './links.ts';
export { OpenIndex, pathAfter, whereIs } from './open-index.ts';
export { isOpenOf, openedPath } from './opened-path.ts';
export { isStreamName, parseName, parsePath, samePath } from './path.ts';
export {
  areNested,
  depthOf,
  isBelow,
  isSamePlace,
  isSameShare,
  namesFrom,
  placeKey,
  placeOf,
  rootOf,
} from './places.ts';
export { compilePattern, isPlainName, matcherOf } from './wildcard.ts';
