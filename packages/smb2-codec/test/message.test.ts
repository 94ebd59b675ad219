import { CodecError, encode } from '@tsmbd/ms-dtyp';
import {
  Command,
  closeRequest,
  commandName,
  decodeMessage,
  encodeMessage,
  HeaderFlags,
  header,
  type MessageElement,
  makeHeader,
  NtStatus,
  splitCompound,
} from '@tsmbd/smb2-codec';
import test from 'ava';
import { concat } from './support/bytes.ts';

const close: MessageElement = {
  header: makeHeader({ command: Command.CLOSE, messageId: 4n, sessionId: 9n, treeId: 1 }),
  body: { kind: 'request', command: 'CLOSE', value: { flags: 1, fileId: { persistent: 1n, volatile: 2n } } },
};
const echo: MessageElement = {
  header: makeHeader({ command: Command.ECHO, messageId: 5n, flags: HeaderFlags.RELATED_OPERATIONS }),
  body: { kind: 'request', command: 'ECHO', value: {} },
};

test('a compound comes back as its elements; they begin at multiples of 8 [MS-SMB2 3.3.5.2.7]', (t) => {
  const bytes = encodeMessage([echo, close, echo]);
  t.deepEqual(splitCompound(bytes), [
    { offset: 0, end: 72 },
    { offset: 72, end: 160 },
    { offset: 160, end: 228 },
  ]);
  const elements = decodeMessage(bytes);
  t.deepEqual(
    elements.map((e) => [e.body.command, e.header.nextCommand]),
    [
      ['ECHO', 72],
      ['CLOSE', 88],
      ['ECHO', 0],
    ],
  );
  t.deepEqual(elements[1]!.body, close.body);
  t.deepEqual(encodeMessage(elements), bytes);
});

for (const next of [1, 8, 60, 71, 152, 156, 160, 0xffff_fff8]) {
  test(`NextCommand ${next} in a message of 160 bytes is a CodecError [MS-SMB2 3.3.5.2.7]`, (t) => {
    const bytes = encodeMessage([echo, close]);
    t.is(bytes.length, 160);
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(20, next, true);
    t.throws(() => splitCompound(bytes), { instanceOf: CodecError });
  });
}

test('a message shorter than a header is a CodecError [MS-SMB2 3.3.5.2]', (t) => {
  t.throws(() => splitCompound(new Uint8Array(63)), { instanceOf: CodecError });
  t.throws(() => decodeMessage(new Uint8Array(64)), { instanceOf: CodecError });
});

test('an element cannot reach into the next one [MS-SMB2 3.3.5.2.7]', (t) => {
  const body = encode(closeRequest, { flags: 0, fileId: { persistent: 1n, volatile: 2n } });
  const first = encode(header, { ...close.header, nextCommand: 64 });
  const bytes = concat([first, encode(header, makeHeader({ command: Command.ECHO })), body]);
  t.throws(() => decodeMessage(bytes), { instanceOf: CodecError });
});

const response = (command: keyof typeof Command, status: number, body: MessageElement['body']): MessageElement => ({
  header: makeHeader({ command: Command[command], status, flags: HeaderFlags.SERVER_TO_REDIR }),
  body,
});

test('a failed response is an ERROR response [MS-SMB2 2.2.2]', (t) => {
  const value = { errorContextCount: 0, errorData: new Uint8Array(0) };
  for (const command of [
    'CREATE',
    'QUERY_INFO',
    'QUERY_DIRECTORY',
    'CHANGE_NOTIFY',
    'SESSION_SETUP',
    'READ',
  ] as const) {
    const failed = response(command, NtStatus.STATUS_ACCESS_DENIED, { kind: 'error', command, value });
    t.like(decodeMessage(encodeMessage([failed]))[0], { body: { kind: 'error', command } });
  }
});

test('a response that is no failure has its own body [MS-SMB2 3.3.4.4]', (t) => {
  const empty = new Uint8Array(0);
  const own: MessageElement[] = [
    response('SESSION_SETUP', NtStatus.STATUS_MORE_PROCESSING_REQUIRED, {
      kind: 'response',
      command: 'SESSION_SETUP',
      value: { sessionFlags: 0, securityBuffer: Uint8Array.of(1) },
    }),
    response('QUERY_INFO', NtStatus.STATUS_BUFFER_OVERFLOW, {
      kind: 'response',
      command: 'QUERY_INFO',
      value: { buffer: Uint8Array.of(1, 2) },
    }),
    response('CHANGE_NOTIFY', NtStatus.STATUS_NOTIFY_ENUM_DIR, {
      kind: 'response',
      command: 'CHANGE_NOTIFY',
      value: { buffer: empty },
    }),
    response('IOCTL', NtStatus.STATUS_INVALID_PARAMETER, {
      kind: 'response',
      command: 'IOCTL',
      value: {
        ctlCode: 0x0014_40f2,
        fileId: { persistent: 1n, volatile: 2n },
        flags: 0,
        input: empty,
        output: new Uint8Array(12),
      },
    }),
  ];
  for (const element of own) {
    t.like(decodeMessage(encodeMessage([element]))[0], { body: { kind: 'response', command: element.body.command } });
  }
});

test('an unknown command keeps its bytes', (t) => {
  const element: MessageElement = {
    header: makeHeader({ command: 0x14 }),
    body: { kind: 'unknown', command: undefined, value: Uint8Array.of(1, 2, 3) },
  };
  const decoded = decodeMessage(encodeMessage([element]))[0]!;
  t.is(decoded.body.kind, 'unknown');
  t.is(commandName(0x14), undefined);
  t.is(commandName(Command.OPLOCK_BREAK), 'OPLOCK_BREAK');
});
