import * as crypto from '@tsmbd/smb-crypto';
import { Command } from '@tsmbd/smb2-codec';
import {
  connectionsOfFixture,
  elementsOf,
  fixtures,
  isKind,
  messagesOf,
  plainMessages,
  viewHeader,
} from '@tsmbd/tool-fixtures';

/** The messages of clients in the captures. */
export interface Corpus {
  /** NEGOTIATE requests, including those of SMB1. */
  readonly negotiates: readonly Uint8Array[];
  /** Any message as it was on the wire. */
  readonly frames: readonly Uint8Array[];
  /** Decrypted requests within a session, each from its header on, by command. */
  readonly requests: ReadonlyMap<number, readonly Uint8Array[]>;
}

/** Reads every capture. Requests that differ only in their ids are included once. */
export function loadCorpus(): Corpus {
  const negotiates: Uint8Array[] = [];
  const frames: Uint8Array[] = [];
  const requests = new Map<number, Uint8Array[]>();
  const seen = new Set<string>();
  for (const fixture of fixtures()) {
    connectionsOfFixture(fixture).forEach((connection, i) => {
      const messages = messagesOf(connection);
      for (const { fromClient, bytes } of messages) {
        if (!fromClient || bytes.length > MAX_FRAME) continue;
        const isFirst = isKind(bytes, 'smb1') || (isKind(bytes, 'smb2') && viewHeader(bytes).command === 0);
        if (isFirst) negotiates.push(bytes);
        frames.push(bytes);
      }
      for (const { fromClient, bytes } of plainMessages(messages, fixture, i, crypto)) {
        if (!fromClient || !isKind(bytes, 'smb2')) continue;
        for (const element of elementsOf(bytes)) {
          const { command } = viewHeader(element);
          const key = `${command} ${element.toString('latin1', 64)}`;
          if (command < Command.LOGOFF || element.length > MAX_FRAME || seen.has(key)) continue;
          seen.add(key);
          const list = requests.get(command);
          if (list === undefined) requests.set(command, [element]);
          else list.push(element);
        }
      }
    });
  }
  return { negotiates, frames, requests };
}

const MAX_FRAME = 8192;
