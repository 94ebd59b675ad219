import { encode } from '@tsmbd/ms-dtyp';
import {
  ANY_FILE_ID,
  Command,
  FileInformationClass,
  fileDispositionInformation,
  fileEndOfFileInformation,
  HeaderFlags,
  NtStatus,
  setInfoRequest,
  setInfoResponse,
} from '@tsmbd/smb2-codec';
import { type CompoundPart, part } from '@tsmbd/tool-smb-client';
import { fail } from '../violation.ts';
import * as bodies from './bodies.ts';
import type { Heard, KnownOpen, SimClient } from './client.ts';
import { READ_CODECS, WRITE_CODECS } from './contents.ts';
import type { EngineRun } from './engine-run.ts';
import { bodyOf, CREATE, opened } from './opening.ts';
import { CLOSE } from './requests.ts';
import type { CompoundPartName, CompoundStep } from './steps.ts';

const RELATED = { flags: HeaderFlags.RELATED_OPERATIONS };
const NO_FILE = { persistent: 0xbadn, volatile: 0xbadn };
/** Answers if the tree or session has gone meanwhile. */
const LEFT: ReadonlySet<number> = new Set([NtStatus.STATUS_NETWORK_NAME_DELETED, NtStatus.STATUS_USER_SESSION_DELETED]);
const TEXT = new TextEncoder();

/**
 * Sends a CREATE, and in the same message requests that are related to it. [MS-SMB2] 3.3.5.2.7.2
 */
export function compound(client: SimClient, { create, follow }: CompoundStep, run: EngineRun): void {
  const { machine } = client;
  const closes = follow.includes('close');
  // The requests in the message change the file without the knowledge of this client machine.
  machine.forgetContents();
  let refusal: number | undefined;
  const after = (open: KnownOpen): void => {
    machine.forgetContents();
    if (!closes) return;
    open.by = undefined;
    open.closing = true;
    machine.forget(open);
  };
  const first = opened(client, create, run, after, closes);
  const opening: Heard<unknown> = {
    ...(first as Heard<unknown>),
    refused: (status) => {
      refusal = status;
    },
  };
  const follows = (name: CompoundPartName): Heard<unknown> => ({
    done: () => {
      machine.forgetContents();
      if (refusal !== undefined) fail(`${name} was carried out behind a CREATE that was not`);
    },
    refused: (status) => {
      machine.forgetContents();
      if (refusal !== undefined && !follow.includes('bad') && status !== refusal && !LEFT.has(status)) {
        fail(`${name} behind a CREATE that was refused 0x${refusal.toString(16)}: 0x${status.toString(16)}`);
      }
      if (name === 'bad' && status === NtStatus.STATUS_SUCCESS) fail('a file that is none was closed');
    },
  });
  client.compound([
    { request: part(Command.CREATE, CREATE, bodyOf(create)), heard: opening },
    ...follow.map((name) => ({ request: partOf(name), heard: follows(name) })),
  ]);
}

function partOf(name: CompoundPartName): CompoundPart {
  switch (name) {
    case 'write':
      return part(Command.WRITE, WRITE_CODECS, bodies.writeBody(ANY_FILE_ID, 0, TEXT.encode('comp')), RELATED);
    case 'read':
      return part(Command.READ, READ_CODECS, bodies.readBody(ANY_FILE_ID, 0, 8), RELATED);
    case 'truncate':
      return info(FileInformationClass.FileEndOfFileInformation, encode(fileEndOfFileInformation, { endOfFile: 2n }));
    case 'delete':
      return info(
        FileInformationClass.FileDispositionInformation,
        encode(fileDispositionInformation, { deletePending: true }),
      );
    case 'bad':
      // This CLOSE is not related: a related one would work on the file of the CREATE before it,
      // whatever FileId it names. [MS-SMB2] 3.3.5.2.7.2
      return part(Command.CLOSE, CLOSE, { flags: 0, fileId: NO_FILE });
    case 'close':
      return part(Command.CLOSE, CLOSE, { flags: 0, fileId: ANY_FILE_ID }, RELATED);
  }
}

function info(fileInfoClass: number, buffer: Uint8Array): CompoundPart {
  const body = bodies.setInfoBody(ANY_FILE_ID, fileInfoClass, buffer);
  return part(Command.SET_INFO, [setInfoRequest, setInfoResponse], body, RELATED);
}
