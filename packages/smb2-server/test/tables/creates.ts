import { AccessMask, CreateDisposition, CreateOptions, type CreateRequest } from '@tsmbd/smb2-codec';
import type { Kind, Subject } from './world.ts';

/**
 * The table **right × CREATE**: what a CREATE may do, and which rights to the file and to its
 * folder it takes. Written from [MS-FSA] 2.1.5.1, not from the server's own rules.
 */
export interface Creating {
  readonly name: string;
  readonly kind: Kind;
  readonly request: Partial<CreateRequest>;
  /** What the CREATE names; default the subject itself. */
  readonly target?: (subject: Subject) => string;
  /**
   * Each of these must be granted by the descriptor of the subject, or of the file that it is a
   * stream of.
   */
  readonly onFile: readonly number[];
  /** Each of these must be granted by the descriptor of the folder. */
  readonly onFolder?: readonly number[];
  /** It changes something, at once or when it is closed. */
  readonly changes?: true;
}

const {
  FILE_READ_DATA,
  FILE_WRITE_DATA,
  FILE_WRITE_EA,
  FILE_WRITE_ATTRIBUTES,
  FILE_ADD_FILE,
  FILE_ADD_SUBDIRECTORY,
  DELETE,
  WRITE_DAC,
  GENERIC_READ,
  FILE_GENERIC_READ,
} = AccessMask;
const { SUPERSEDE, OPEN, CREATE, OPEN_IF, OVERWRITE, OVERWRITE_IF } = CreateDisposition;
const { DIRECTORY_FILE, DELETE_ON_CLOSE } = CreateOptions;

const RIGHTS = [
  'FILE_READ_DATA',
  'FILE_WRITE_DATA',
  'FILE_APPEND_DATA',
  'FILE_READ_EA',
  'FILE_WRITE_EA',
  'FILE_EXECUTE',
  'FILE_DELETE_CHILD',
  'FILE_READ_ATTRIBUTES',
  'FILE_WRITE_ATTRIBUTES',
  'DELETE',
  'READ_CONTROL',
  'WRITE_DAC',
  'WRITE_OWNER',
] as const;

const KINDS: readonly Kind[] = ['file', 'stream', 'folder', 'root'];
const dispositions = { CREATE, OPEN_IF, OVERWRITE_IF, SUPERSEDE };
const reads = { desiredAccess: FILE_READ_DATA };
/** Streams that were asked for: of the root every case has the same. */
let made = 0;

const opening: readonly Creating[] = KINDS.flatMap((kind) =>
  RIGHTS.map((right) => ({
    name: `OPEN for ${right}`,
    kind,
    request: { createDisposition: OPEN, desiredAccess: AccessMask[right] },
    onFile: [AccessMask[right]],
  })),
);

const generic: Creating = {
  name: 'OPEN for GENERIC_READ',
  kind: 'file',
  request: { createDisposition: OPEN, desiredAccess: GENERIC_READ },
  onFile: bits(FILE_GENERIC_READ),
};

const overwriting: readonly Creating[] = Object.entries({ OVERWRITE, OVERWRITE_IF, SUPERSEDE }).flatMap(
  ([name, createDisposition]) => {
    const ofData = createDisposition === SUPERSEDE ? DELETE : FILE_WRITE_DATA;
    const request = { ...reads, createDisposition };
    const onFile = [FILE_READ_DATA, ofData, FILE_WRITE_EA, FILE_WRITE_ATTRIBUTES];
    return [
      { name, kind: 'file', request, onFile, changes: true },
      { name, kind: 'stream', request, onFile: [FILE_READ_DATA, ofData], changes: true },
    ] as const;
  },
);

const making: readonly Creating[] = Object.entries(dispositions).flatMap(([name, createDisposition]) => {
  const request = { ...reads, createDisposition };
  const inFolder = (subject: Subject) => `${subject.folder}new`;
  const ofSubject = (subject: Subject) => `${subject.name}:new${++made}`;
  const kinds: readonly Kind[] = ['file', 'folder', 'root'];
  const streams = kinds.flatMap((kind): Creating[] => [
    {
      name: `${name} of a new stream`,
      kind,
      request,
      target: ofSubject,
      onFile: [FILE_READ_DATA, FILE_WRITE_DATA],
      changes: true,
    },
    {
      name: `${name} of a new stream, to change the descriptor`,
      kind,
      request: { createDisposition, desiredAccess: WRITE_DAC },
      target: ofSubject,
      onFile: [WRITE_DAC, FILE_WRITE_DATA],
      changes: true,
    },
  ]);
  return [
    {
      name: `${name} of a new file`,
      kind: 'file',
      request,
      target: inFolder,
      onFile: [],
      onFolder: [FILE_ADD_FILE],
      changes: true,
    },
    {
      name: `${name} of a stream of a new file`,
      kind: 'file',
      request,
      target: (subject) => `${inFolder(subject)}:new`,
      onFile: [],
      onFolder: [FILE_ADD_FILE],
      changes: true,
    },
    ...streams,
  ];
});

const folders: readonly Creating[] = Object.entries({ CREATE, OPEN_IF }).map(([name, createDisposition]) => ({
  name: `${name} of a new folder`,
  kind: 'folder',
  request: { ...reads, createDisposition, createOptions: DIRECTORY_FILE },
  target: (subject) => `${subject.folder}new`,
  onFile: [],
  onFolder: [FILE_ADD_SUBDIRECTORY],
  changes: true,
}));

const deleting: readonly Creating[] = (['file', 'stream'] as const).map((kind) => ({
  name: 'FILE_DELETE_ON_CLOSE',
  kind,
  request: { createDisposition: OPEN, desiredAccess: DELETE, createOptions: DELETE_ON_CLOSE },
  onFile: [DELETE],
  changes: true,
}));

export const CREATES: readonly Creating[] = [...opening, generic, ...overwriting, ...making, ...folders, ...deleting];

/** Each bit of a mask. */
function bits(mask: number): number[] {
  return Array.from({ length: 32 }, (_, bit) => (1 << bit) & mask).filter((bit) => bit !== 0);
}
