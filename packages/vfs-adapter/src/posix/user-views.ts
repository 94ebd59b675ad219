import type { VfsIdentity } from '../vfs.ts';
import { Opener } from './opener.ts';
import { Share } from './share.ts';

/** The most users whose views of one share are kept. An open handle keeps its own view. */
const MAX_VIEWS = 200;

/** The views of one share: one for each user who opens something there. */
export class UserViews {
  readonly #own: Opener;
  readonly #share: Share;
  readonly #byIdentity = new WeakMap<VfsIdentity, Opener>();
  /** By ids and groups, in the order of last use. */
  readonly #byKey = new Map<string, Opener>();

  /** @param share the view of the process's own user */
  constructor(share: Share) {
    this.#share = share;
    this.#own = this.#opener(share);
  }

  /**
   * The opener that opens as this user; as the process's own user if none is given, or if the
   * process cannot act as others. Throws `access-denied` if there can be no such user.
   */
  of(identity: VfsIdentity | undefined): Opener {
    if (identity === undefined || !this.#share.c.thread.canSwitch) return this.#own;
    return this.#byIdentity.get(identity) ?? this.#find(identity);
  }

  #find(identity: VfsIdentity): Opener {
    if (isSame(this.#share.c.thread.own, identity)) {
      this.#byIdentity.set(identity, this.#own);
      return this.#own;
    }
    const key = `${identity.uid}:${identity.gid}:${identity.groups.join(',')}`;
    const { base, c } = this.#share;
    const opener = this.#byKey.get(key) ?? this.#opener(new Share(base, c.as(identity)));
    this.#byKey.delete(key);
    this.#byKey.set(key, opener);
    if (this.#byKey.size > MAX_VIEWS) this.#byKey.delete(this.#byKey.keys().next().value!);
    this.#byIdentity.set(identity, opener);
    return opener;
  }

  #opener(share: Share): Opener {
    return new Opener(share, (identity) => this.of(identity));
  }
}

/** The user is the process's own: nothing has to be switched. */
function isSame(own: VfsIdentity, { uid, gid, groups }: VfsIdentity): boolean {
  if (uid !== own.uid || gid !== own.gid) return false;
  const a = new Set([gid, ...groups]);
  const b = new Set([own.gid, ...own.groups]);
  return a.size === b.size && [...a].every((group) => b.has(group));
}
