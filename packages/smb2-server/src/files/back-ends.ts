import type { Vfs } from '@tsmbd/vfs-adapter';
import type { Engine, KnownBackEnds } from '../model/index.ts';

/**
 * Back ends that no share uses any more. Each is disposed of when no tree and no open uses it any
 * longer.
 */
export class BackEnds implements KnownBackEnds {
  readonly #server: Engine;
  readonly #retired = new Set<Vfs>();

  constructor(server: Engine) {
    this.#server = server;
  }

  /**
   * A share has another back end now, or the share belonged to a single tree. Nothing happens if
   * another share uses the back end.
   */
  retire(vfs: Vfs | undefined): void {
    if (vfs === undefined) return;
    this.#retired.add(vfs);
    this.settle();
  }

  /** A tree or an open has ended. */
  settle(): void {
    if (this.#retired.size === 0) return;
    const used = this.#used();
    for (const vfs of this.#retired) {
      if (used.has(vfs)) continue;
      this.#retired.delete(vfs);
      void this.#dispose(vfs);
    }
  }

  async #dispose(vfs: Vfs): Promise<void> {
    try {
      await vfs.dispose();
    } catch (error) {
      this.#server.env.log('warn', 'vfs', 'a back end could not be disposed of', { error });
    }
  }

  #used(): Set<Vfs | undefined> {
    const { shares, sessions, opens, workers } = this.#server;
    const used = new Set(shares.map(({ vfs }) => vfs));
    for (const { trees } of [...sessions.values(), ...(workers?.hostedSessions ?? [])]) {
      for (const { share } of trees.values()) used.add(share.vfs);
    }
    for (const vfs of opens.backEnds()) used.add(vfs);
    return used;
  }
}
