import {
  Command,
  type CommandName,
  CreateContextName,
  encodeMessage,
  HeaderFlags,
  lease,
  type MessageElement,
  makeCreateContext,
  makeHeader,
} from '@tsmbd/smb2-codec';

const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const fileId = { persistent: 1n, volatile: 2n };
const guid = '00112233-4455-6677-8899-aabbccddeeff';
const times = { creationTime: 1n, lastAccessTime: 2n, lastWriteTime: 3n, changeTime: 4n };
const createContexts = [
  { name: 'MxAc', data: new Uint8Array(0) },
  makeCreateContext(CreateContextName.REQUEST_LEASE, lease, {
    version: 2,
    leaseKey: guid,
    leaseState: 7,
    flags: 0,
    leaseDuration: 0n,
    parentLeaseKey: guid,
    epoch: 1,
  }),
];
const negotiateContexts = [
  { contextType: 1, data: bytes },
  { contextType: 2, data: bytes.subarray(0, 6) },
];

const BODIES: readonly MessageElement['body'][] = [
  {
    kind: 'request',
    command: 'NEGOTIATE',
    value: {
      securityMode: 1,
      capabilities: 0,
      clientGuid: guid,
      dialects: [0x311],
      clientStartTime: 0n,
      negotiateContexts,
    },
  },
  {
    kind: 'response',
    command: 'NEGOTIATE',
    value: {
      securityMode: 1,
      dialectRevision: 0x311,
      serverGuid: guid,
      capabilities: 0,
      maxTransactSize: 1,
      maxReadSize: 1,
      maxWriteSize: 1,
      systemTime: 1n,
      serverStartTime: 0n,
      securityBuffer: bytes,
      negotiateContexts,
    },
  },
  {
    kind: 'request',
    command: 'SESSION_SETUP',
    value: { flags: 0, securityMode: 1, capabilities: 0, channel: 0, previousSessionId: 0n, securityBuffer: bytes },
  },
  { kind: 'response', command: 'SESSION_SETUP', value: { sessionFlags: 0, securityBuffer: bytes } },
  {
    kind: 'request',
    command: 'TREE_CONNECT',
    value: { flags: 4, path: '\\\\server\\share', contexts: [{ contextType: 1, data: bytes }] },
  },
  {
    kind: 'request',
    command: 'CREATE',
    value: {
      requestedOplockLevel: 255,
      impersonationLevel: 2,
      smbCreateFlags: 0n,
      desiredAccess: 1,
      fileAttributes: 0,
      shareAccess: 7,
      createDisposition: 1,
      createOptions: 0,
      name: 'a\\b',
      createContexts,
    },
  },
  {
    kind: 'response',
    command: 'CREATE',
    value: {
      ...times,
      oplockLevel: 0,
      flags: 0,
      createAction: 1,
      allocationSize: 0n,
      endOfFile: 0n,
      fileAttributes: 0,
      fileId,
      createContexts,
    },
  },
  { kind: 'request', command: 'CLOSE', value: { flags: 1, fileId } },
  {
    kind: 'request',
    command: 'READ',
    value: {
      padding: 80,
      flags: 0,
      length: 8,
      offset: 0n,
      fileId,
      minimumCount: 0,
      channel: 1,
      remainingBytes: 0,
      readChannelInfo: bytes,
    },
  },
  { kind: 'response', command: 'READ', value: { dataRemaining: 0, flags: 0, data: bytes } },
  {
    kind: 'request',
    command: 'WRITE',
    value: { offset: 0n, fileId, channel: 1, remainingBytes: 0, flags: 0, data: bytes, writeChannelInfo: bytes },
  },
  {
    kind: 'request',
    command: 'LOCK',
    value: {
      lockSequenceNumber: 0,
      lockSequenceIndex: 0,
      fileId,
      locks: [
        { offset: 0n, length: 1n, flags: 1 },
        { offset: 1n, length: 1n, flags: 1 },
      ],
    },
  },
  {
    kind: 'request',
    command: 'IOCTL',
    value: { ctlCode: 1, fileId, maxInputResponse: 0, maxOutputResponse: 1, flags: 1, input: bytes, output: bytes },
  },
  { kind: 'response', command: 'IOCTL', value: { ctlCode: 1, fileId, flags: 0, input: bytes, output: bytes } },
  {
    kind: 'request',
    command: 'QUERY_DIRECTORY',
    value: { fileInformationClass: 37, flags: 0, fileIndex: 0, fileId, outputBufferLength: 1, searchPattern: '*' },
  },
  { kind: 'response', command: 'QUERY_DIRECTORY', value: { buffer: bytes } },
  {
    kind: 'request',
    command: 'QUERY_INFO',
    value: {
      infoType: 1,
      fileInfoClass: 15,
      outputBufferLength: 1,
      additionalInformation: 0,
      flags: 0,
      fileId,
      inputBuffer: bytes,
    },
  },
  {
    kind: 'request',
    command: 'SET_INFO',
    value: { infoType: 1, fileInfoClass: 10, additionalInformation: 0, fileId, buffer: bytes },
  },
  {
    kind: 'request',
    command: 'OPLOCK_BREAK',
    value: { kind: 'lease', flags: 0, leaseKey: guid, leaseState: 1, leaseDuration: 0n },
  },
  { kind: 'error', command: 'CREATE', value: { errorContextCount: 0, errorData: bytes } },
];

/** Whole messages of every command that has something variable, alone and as a compound. */
export function seedBytes(): readonly Uint8Array[] {
  const elements = BODIES.map((body): MessageElement => {
    const flags = body.kind === 'request' ? 0 : HeaderFlags.SERVER_TO_REDIR;
    return { header: makeHeader({ command: Command[body.command as CommandName], flags }), body };
  });
  return [...elements.map((element) => encodeMessage([element])), encodeMessage(elements.slice(4, 9))];
}
