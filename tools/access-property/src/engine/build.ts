import { encode, securityDescriptor } from '@tsmbd/ms-dtyp';
import type { Vfs } from '@tsmbd/vfs-adapter';
import type { NodeSpec } from '../case.ts';

/**
 * The time at which everything was made, ns: a day in 2020, so that whatever touches a file can be
 * seen.
 */
const MADE = 1_600_000_000_000_000_000n;

/**
 * Puts the files of a case on the disk, through the back end. A folder must come before what is in
 * it.
 */
export async function build(vfs: Vfs, nodes: readonly NodeSpec[]): Promise<void> {
  for (const node of nodes) await buildNode(vfs, node);
  for (const { path, link } of nodes) if (link !== undefined) await addLink(vfs, path, link);
  // Times are set last, because making a file in a folder touches the folder.
  for (const node of nodes) await setTimes(vfs, node);
}

async function buildNode(vfs: Vfs, node: NodeSpec): Promise<void> {
  const { path, directory, descriptor, attributes = 0, content = '', streams = {}, eas = {} } = node;
  const { handle } = await vfs.open(path, {
    disposition: path.length === 0 ? 'open' : 'create',
    kind: directory ? 'directory' : 'file',
    data: directory ? 'none' : 'write',
  });
  try {
    if (content !== '') await handle.write(Buffer.from(content), 0);
    for (const [name, value] of Object.entries(streams)) await handle.setStream(name, Buffer.from(value));
    for (const [name, value] of Object.entries(eas)) await handle.setEa(name, Buffer.from(value));
    if (attributes !== 0) await handle.set({ attributes });
    if (descriptor !== undefined) await handle.setSecurityDescriptor(encode(securityDescriptor, descriptor));
  } finally {
    await handle.close();
  }
}

async function addLink(vfs: Vfs, path: readonly string[], link: readonly string[]): Promise<void> {
  const { handle } = await vfs.open(path, { disposition: 'open', kind: 'file', data: 'none' });
  await handle.link(link, false);
  await handle.close();
}

async function setTimes(vfs: Vfs, { path }: NodeSpec): Promise<void> {
  const { handle } = await vfs.open(path, { disposition: 'open', kind: 'any', data: 'none' });
  await handle.set({ accessTime: MADE, writeTime: MADE, changeTime: MADE });
  await handle.close();
}
