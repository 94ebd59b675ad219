import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './tree.ts';

/** A part of a package: a folder of its sources, or files at their top. */
export interface Room {
  /** The folder's name. For files at the top: a name for them. */
  readonly name: string;
  /**
   * Files at the top of the sources; `rest`: all files that are in no other room. If it is absent,
   * the room is a folder.
   */
  readonly files?: readonly string[] | 'rest';
  /** Rooms of the same package that its files may import, in addition to their own room. */
  readonly mayImport: readonly string[] | 'all before';
  /**
   * Its files may use one another's types in a circle, because together they describe one thing.
   */
  readonly hasCircleOfTypes?: true;
}

/**
 * The rooms of the packages that have several rooms, lowest first. A room imports only rooms before
 * it, so no room is in a circle. The index of each folder of `smb2-server` says what is in the
 * folder.
 */
export const ROOMS: Readonly<Record<string, readonly Room[]>> = {
  'packages/smb2-codec': [
    {
      name: 'values',
      files: [
        'access-mask.ts',
        'buffers.ts',
        'file-id.ts',
        'header.ts',
        'ip-address.ts',
        'protocol.ts',
        'rdma-channel.ts',
      ],
      mayImport: [],
    },
    { name: 'smb1', mayImport: ['values'] },
    { name: 'negotiate-contexts', mayImport: ['values'] },
    { name: 'fscc', mayImport: ['values'] },
    { name: 'fsctl', mayImport: ['values', 'fscc'] },
    { name: 'create-contexts', mayImport: ['values', 'fscc'] },
    { name: 'commands', mayImport: ['values', 'negotiate-contexts', 'create-contexts'] },
    {
      name: 'messages',
      files: [
        'command-codecs.ts',
        'compound.ts',
        'compression-transform.ts',
        'message.ts',
        'rdma-transform.ts',
        'transform-header.ts',
      ],
      mayImport: ['values', 'negotiate-contexts', 'commands'],
    },
    { name: 'dissect', mayImport: 'all before' },
    { name: 'top', files: 'rest', mayImport: 'all before' },
  ],
  'packages/dcerpc': [
    { name: 'values', files: ['fault.ts', 'management.ts', 'syntax.ts', 'win-error.ts'], mayImport: [] },
    { name: 'ndr', mayImport: ['values'] },
    { name: 'pdu', mayImport: ['values'] },
    { name: 'runtime', mayImport: ['values', 'ndr', 'pdu'] },
    { name: 'lsarpc', mayImport: ['values', 'ndr', 'runtime'] },
    { name: 'srvsvc', mayImport: ['values', 'ndr', 'runtime'] },
    { name: 'wkssvc', mayImport: ['values', 'ndr', 'runtime'] },
    { name: 'top', files: 'rest', mayImport: 'all before' },
  ],
  'packages/vfs-adapter': [
    {
      name: 'interface',
      files: ['attributes.ts', 'case-fold.ts', 'maybe.ts', 'path-names.ts', 'vfs-posix.ts', 'vfs.ts'],
      mayImport: [],
    },
    { name: 'streams', mayImport: ['interface'] },
    { name: 'memory', mayImport: ['interface'] },
    { name: 'posix', mayImport: ['interface'], hasCircleOfTypes: true },
    { name: 'snapshots', mayImport: ['interface', 'posix'] },
    { name: 'testing', mayImport: ['interface'] },
    { name: 'top', files: 'rest', mayImport: 'all before' },
  ],
  'packages/smb2-server': [
    { name: 'world', files: ['algorithms.ts', 'config.ts', 'errors.ts', 'transport.ts'], mayImport: [] },
    { name: 'model', mayImport: ['world'], hasCircleOfTypes: true },
    { name: 'names', mayImport: ['world', 'model'] },
    { name: 'metadata', mayImport: ['world', 'model'] },
    { name: 'access', mayImport: ['world', 'model', 'names', 'metadata'] },
    { name: 'locks', mayImport: ['world', 'model'] },
    { name: 'notify', mayImport: ['world', 'model', 'names', 'access'] },
    { name: 'caching', mayImport: ['world', 'model', 'names', 'notify'] },
    { name: 'files', mayImport: ['world', 'model', 'access', 'locks'] },
    { name: 'auth', mayImport: ['world', 'model', 'access'] },
    {
      name: 'durable',
      mayImport: ['world', 'model', 'names', 'metadata', 'access', 'locks', 'caching', 'files'],
    },
    { name: 'info', mayImport: ['world', 'model', 'names', 'metadata', 'access', 'locks', 'caching'] },
    {
      name: 'create',
      mayImport: ['world', 'model', 'names', 'metadata', 'access', 'caching', 'files', 'durable', 'info'],
    },
    {
      name: 'fsctl',
      mayImport: ['world', 'model', 'names', 'metadata', 'access', 'locks', 'caching', 'durable', 'create'],
    },
    { name: 'commands', mayImport: 'all before' },
    { name: 'report', mayImport: ['world', 'model', 'names', 'metadata', 'access', 'caching'] },
    { name: 'workers', mayImport: ['world', 'model', 'names', 'access', 'locks', 'caching'] },
    { name: 'pipeline', mayImport: ['world', 'model', 'fsctl', 'commands', 'workers'] },
    { name: 'testing', mayImport: ['world', 'workers'] },
    { name: 'top', files: 'rest', mayImport: 'all before' },
  ],
};

/**
 * The room of a file, whose path starts at its package's sources: `model/open.ts`. Undefined if no
 * room of the table contains it.
 */
export function roomOf(rooms: readonly Room[], file: string): Room | undefined {
  const [first = ''] = file.split('/');
  if (file !== first) return rooms.find(({ name, files }) => files === undefined && name === first);
  return (
    rooms.find(({ files }) => Array.isArray(files) && files.includes(file)) ??
    rooms.find(({ files }) => files === 'rest')
  );
}

/** The names of the rooms that a room may import. */
export function importsOf(rooms: readonly Room[], { name, mayImport }: Room): readonly string[] {
  const before = rooms.slice(
    0,
    rooms.findIndex((room) => room.name === name),
  );
  return mayImport === 'all before' ? before.map((room) => room.name) : mayImport;
}

/**
 * The comment at the top of a room's index, which says what is in the room, and which rooms it may
 * use. '' if there is none.
 */
export function sentenceOf(owner: string, name: string): string {
  const index = join(root, owner, 'src', name, 'index.ts');
  if (!existsSync(index)) return '';
  const comment = /^\/\*\n((?: \* .*\n)+) \*\/\n/.exec(readFileSync(index, 'utf8'))?.[1] ?? '';
  return comment.replaceAll(/^ \* /gm, '').replaceAll('\n', ' ').trim();
}
