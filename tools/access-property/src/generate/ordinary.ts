import type { Case, CreateStep, NodeSpec, Step } from '../case.ts';
import { EVERYONE, OWNER_RIGHTS, SID_OF, USERS } from '../people.ts';
import { ALL, Disposition, Option } from '../rights.ts';
import { chance, oneOf, type Random } from './choice.ts';

const FULL = {
  control: 0x8000,
  owner: SID_OF.alice,
  group: SID_OF.alice,
  dacl: {
    revision: 2,
    aces: [
      { type: 0, flags: 0x03, mask: ALL, sid: EVERYONE },
      { type: 0, flags: 0x03, mask: ALL, sid: OWNER_RIGHTS },
    ],
  },
};

/**
 * A case in which everybody has all rights, so that its requests must succeed and have an effect.
 */
export function chooseOrdinary(next: Random): Case {
  const descriptor = chance(next, 50) ? FULL : undefined;
  const nodes: NodeSpec[] = [
    { path: [], directory: true, descriptor },
    { path: ['file'], directory: false, descriptor, content: 'bytes', streams: { s: 'a stream' } },
    { path: ['other'], directory: false, descriptor, content: 'other bytes' },
    { path: ['folder'], directory: true, descriptor },
    { path: ['empty'], directory: true, descriptor },
  ];
  const user = oneOf(next, USERS);
  const create = (name: string, more: Partial<CreateStep> = {}): CreateStep => ({
    do: 'create',
    id: 0,
    user,
    share: 'all',
    name,
    access: ALL,
    disposition: Disposition.OPEN,
    options: 0,
    attributes: 0,
    ...more,
  });
  return { nodes, steps: oneOf(next, scripts(create)) };
}

function scripts(create: (name: string, more?: Partial<CreateStep>) => CreateStep): readonly (readonly Step[])[] {
  const on = 0;
  const { CREATE, OVERWRITE, OVERWRITE_IF, SUPERSEDE, OPEN_IF } = Disposition;
  const { DIRECTORY_FILE, DELETE_ON_CLOSE } = Option;
  return [
    [
      create('new', { disposition: CREATE, expect: 'name-made' }),
      { do: 'write', on, offset: 0, data: 'a', expect: 'content' },
    ],
    [create('new', { disposition: CREATE, options: DIRECTORY_FILE, expect: 'name-made' })],
    [create('new:s', { disposition: OPEN_IF, expect: 'name-made' })],
    [create('file', { disposition: OVERWRITE, expect: 'content' })],
    [create('file', { disposition: OVERWRITE_IF, expect: 'stream-gone' })],
    [create('file', { disposition: SUPERSEDE, expect: 'content' })],
    [create('file:new', { disposition: CREATE, expect: 'stream-made' })],
    [create('folder:new', { disposition: OPEN_IF, expect: 'stream-made' })],
    [create('file:s', { disposition: OVERWRITE, expect: 'stream-changed' })],
    [create('file:s', { options: DELETE_ON_CLOSE }), { do: 'close', on, expect: 'stream-gone' }],
    [create('empty', { options: DELETE_ON_CLOSE }), { do: 'close', on, expect: 'name-gone' }],
    [create('file'), { do: 'disposition', on, deletes: true }, { do: 'close', on, expect: 'name-gone' }],
    [create('file'), { do: 'rename', on, to: 'folder\\new', replace: false, expect: 'name-gone' }],
    [create('file'), { do: 'rename', on, to: 'other', replace: true, expect: 'name-gone' }],
    [create('folder'), { do: 'rename', on, to: 'empty\\new', replace: false, expect: 'name-made' }],
    [create('file'), { do: 'link', on, to: 'new', replace: false, expect: 'name-made' }],
    [create('file'), { do: 'end-of-file', on, size: 2, expect: 'content' }],
    [create('file'), { do: 'ea', on, eas: { more: 'new' }, expect: 'eas' }],
    [create('file'), { do: 'basic', on, attributes: 2, times: [0, 0, 0, 0], expect: 'attributes' }],
    [create('file'), { do: 'basic', on, attributes: 0, times: [0, 0, 1_000_000_000, 0], expect: 'write-time' }],
    [create('file'), { do: 'security', on, parts: 4, descriptor: { control: 0, dacl: null }, expect: 'descriptor' }],
    [create('file'), { do: 'zero', on, from: 0, to: 3, expect: 'content' }],
    [create('file'), { do: 'fsctl', on, code: 0x9_00c4, bytes: '', expect: 'attributes' }],
  ];
}
