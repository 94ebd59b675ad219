import { lchownSync, mkdirSync, statSync } from 'node:fs';
import { unixMsFromFiletime } from '@tsmbd/ms-dtyp';
import type { Visitor } from '@tsmbd/smb2-server';
import type { Vfs, VfsIdentity } from '@tsmbd/vfs-adapter';
import { unmapped } from '../capture/synthetic-tcp.ts';
import { substituted } from './substitutions.ts';

/** A path whose folder depends on the tree connect. */
export interface PathPerConnect {
  readonly share: string;
  /** As configured, with its substitutions. */
  readonly path: string;
  /** Mode of folders that are made; undefined: no folders are made. */
  readonly makeMode: number | undefined;
  /** Makes a back end for a folder that exists. */
  readonly open: (root: string) => Vfs;
}

/**
 * Finds the folder of each that connects. Trees of one folder have one back end, which goes when
 * none of them, nor what was opened through them, is left.
 *
 * @param onRefused told why somebody got none: the folder is missing, say
 */
export function foldersPerConnect(
  { share, path, makeMode, open }: PathPerConnect,
  onRefused: (error: unknown) => void,
): (visitor: Visitor) => Vfs | undefined {
  const known = new Map<string, WeakRef<Vfs>>();
  const forgotten = new FinalizationRegistry<string>((key) => {
    if (known.get(key)?.deref() === undefined) known.delete(key);
  });
  const find = (root: string, owner: VfsIdentity | undefined): Vfs => {
    if (makeMode !== undefined && mkdirSync(root, { recursive: true, mode: makeMode }) !== undefined && owner) {
      lchownSync(root, owner.uid, owner.gid);
    }
    const { dev, ino } = statSync(root, { bigint: true });
    // The key includes the folder, because another folder may have the path by now.
    const key = `${dev}:${ino}:${root}`;
    const before = known.get(key)?.deref();
    if (before !== undefined) return before;
    const vfs = open(root);
    const dispose = vfs.dispose.bind(vfs);
    // A client that connects after the last tree is gone gets a new back end.
    vfs.dispose = () => {
      if (known.get(key)?.deref() === vfs) known.delete(key);
      return dispose();
    };
    known.set(key, new WeakRef(vfs));
    forgotten.register(vfs, key);
    return vfs;
  };
  return ({ identity: { name, domain, unix }, address, localAddress, at }) => {
    const values = {
      user: name,
      domain,
      share,
      address: unmapped(address),
      localAddress: unmapped(localAddress),
      at: new Date(unixMsFromFiletime(at)),
    };
    const root = substituted(path, values);
    try {
      if (root === undefined) throw new Error(`what it stands for cannot be a folder's name: ${path}`);
      return find(root, unix);
    } catch (error) {
      onRefused(error);
      return undefined;
    }
  };
}
