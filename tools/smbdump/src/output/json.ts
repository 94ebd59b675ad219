import { HeaderFlags, toJson } from '@tsmbd/smb2-codec';
import { idText } from '../track/key-ring.ts';
import type { Pdu } from '../track/pdu.ts';
import { dissectPdu } from './body.ts';
import { commandText, statusText, timeText } from './text.ts';

/** Bytes of one field that are written out; the rest of a longer one is told by `length`. */
const MAX_BYTES = 4096;

/**
 * A PDU as a plain value for JSON. 64-bit numbers are decimal strings, since a double cannot hold
 * them all; ids are hex, bytes are `{ length, hex }`.
 */
export function jsonOf(pdu: Pdu, maxBytes = MAX_BYTES): object {
  const { header, request, session, tree, open } = pdu;
  const { body, payloads, problems } = dissectPdu(pdu);
  const isResponse = header !== undefined && (header.flags & HeaderFlags.SERVER_TO_REDIR) !== 0;
  return {
    frame: pdu.frame,
    time: timeText(pdu.timeUs),
    connection: pdu.conversation.index,
    client: pdu.conversation.client,
    server: pdu.conversation.server,
    direction: pdu.fromClient ? 'request' : 'response',
    ...(pdu.elements > 1 && { element: pdu.element, elements: pdu.elements }),
    kind: pdu.kind,
    command: commandText(pdu),
    status: statusText(pdu),
    length: pdu.length,
    ...(pdu.sealed && { encrypted: true }),
    ...(pdu.compressed && { compressed: true }),
    ...(pdu.signature !== 'none' && { signature: pdu.signature }),
    ...(header !== undefined && {
      messageId: String(header.messageId),
      ...((header.flags & HeaderFlags.ASYNC_COMMAND) === 0
        ? { treeId: header.treeId }
        : { asyncId: String(header.asyncId) }),
      sessionId: idText(header.sessionId),
      credits: header.credits,
      creditCharge: header.creditCharge,
      flags: header.flags,
    }),
    ...(session?.user !== undefined && { user: session.user }),
    ...(tree?.path !== undefined && { share: tree.path }),
    ...(open !== undefined && { file: open.name ?? null, open: open.index }),
    ...(isResponse && request !== undefined && { requestFrame: request.frame, latencyUs: Math.round(pdu.latencyUs!) }),
    ...(pdu.isInterim && { interim: true }),
    ...(pdu.problem !== undefined && { problem: pdu.problem }),
    ...(problems.length > 0 && { malformed: problems.map(({ message }) => message) }),
    body: toJson(body, { maxBytes, payloads }),
  };
}
