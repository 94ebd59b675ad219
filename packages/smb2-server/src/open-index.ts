import type { OpenId } from '@tsmbd/oplock-lease';
import { type Share, shareKey } from './config.ts';
import type { FileOpen } from './open.ts';

/** All opens of files, by share: who stands in the way of a directory's rename, and what status shows. */
export class OpenIndex {
  readonly #byShare = new Map<string, Set<FileOpen>>();
  readonly #byId = new Map<OpenId, FileOpen>();

  add(open: FileOpen): void {
    const { share } = open.tree;
    let opens = this.#byShare.get(shareKey(share));
    if (opens === undefined) {
      opens = new Set();
      this.#byShare.set(shareKey(share), opens);
    }
    opens.add(open);
    this.#byId.set(open.id, open);
  }

  delete(open: FileOpen): void {
    this.#byId.delete(open.id);
    const opens = this.#byShare.get(shareKey(open.tree.share));
    if (opens === undefined) return;
    opens.delete(open);
    if (opens.size === 0) this.#byShare.delete(shareKey(open.tree.share));
  }

  byId(id: OpenId): FileOpen | undefined {
    return this.#byId.get(id);
  }

  /** Opens of the share, in the order they were made. */
  of(share: Share): Iterable<FileOpen> {
    return this.#byShare.get(shareKey(share)) ?? [];
  }

  /** Is anything open below this directory? Letter case is ignored, as names are. */
  hasBelow(directory: FileOpen): boolean {
    for (const _ of this.below(directory)) return true;
    return false;
  }

  /** What is open below this directory. */
  *below(directory: FileOpen): Iterable<FileOpen> {
    const prefix = directory.path.map(fold);
    for (const open of this.of(directory.tree.share)) {
      if (open.path.length > prefix.length && prefix.every((name, i) => fold(open.path[i]!) === name)) yield open;
    }
  }

  /** The directory is about to be deleted: whoever waits for changes in it waits no longer. [MS-FSA] 2.1.5.15.3 */
  endWatches(directory: FileOpen): void {
    if (directory.handle.kind !== 'directory') return;
    for (const open of this.of(directory.tree.share)) if (open.key === directory.key) open.watch?.deletePending();
  }

  /** Opens of a file or directory, and of its streams, by its identity. */
  ofFile(share: Share, key: string): FileOpen[] {
    return [...this.of(share)].filter((open) => identityOf(open) === key);
  }

  /** A file or directory moved: opens of it, of its streams and of what lies below it follow. */
  moved(share: Share, key: string, from: readonly string[], to: readonly string[]): void {
    const prefix = from.map(fold);
    for (const open of this.of(share)) {
      const below = open.path.length > prefix.length && prefix.every((name, i) => fold(open.path[i]!) === name);
      if (identityOf(open) === key) open.path = to;
      else if (below) open.path = [...to, ...open.path.slice(prefix.length)];
    }
  }
}

/** Identity of the file that an open is of, or of whose streams. */
function identityOf({ handle, key }: FileOpen): string {
  return handle.file?.identity ?? key;
}

function fold(name: string): string {
  return name.toUpperCase();
}
