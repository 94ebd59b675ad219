/*
 * Names as clients send them, the places that they lead to, wildcards (`wildcard.ts`), and which
 * opens a name has. It may use the model.
 */

export { requireEaName } from './ea-name.ts';
export { isNameGoing, linkAt, type OpenedLink, openedLink } from './links.ts';
export { OpenIndex, pathAfter, whereIs } from './open-index.ts';
export { isOpenOf, openedPath } from './opened-path.ts';
export { isStreamName, type ParsedName, parseName, parsePath, samePath } from './path.ts';
export { PlaceTree, type Spot } from './place-tree.ts';
export {
  depthOf,
  isBelow,
  isSamePlace,
  isSameShare,
  namesFrom,
  placeKey,
  placeOf,
  rootOf,
} from './places.ts';
export { isShort, looksShort, shortName } from './short-name.ts';
export { ShortNames } from './short-names.ts';
export { isSnapshotName, snapshotPath, withoutSnapshot } from './snapshot-path.ts';
export { compilePattern, isPlainName, matcherOf } from './wildcard.ts';
