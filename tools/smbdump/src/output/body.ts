import { type DissectedPdu, dissect } from '@tsmbd/smb2-codec';
import type { Pdu } from '../track/pdu.ts';
import { payloadDecoders } from './payload-decoders.ts';

/**
 * Takes a PDU apart with smb2-codec's dissector, which is told of the request that it answers.
 * Offsets count from the element's first byte.
 *
 * @param record whether to list every field
 */
export function dissectPdu(pdu: Pdu, record = false): DissectedPdu {
  const { request } = pdu;
  const related = {
    ...(request !== undefined && {
      infoType: request.infoType,
      infoClass: request.infoClass,
      ctlCode: request.ctlCode,
      isReadDirAttr: request.isReadDirAttr,
    }),
    isPipe: isPipeTree(pdu),
  };
  // One element at a time: there is always a first, also of what is no message.
  return dissect(pdu.message.subarray(pdu.start, pdu.end), { record, related, decoders: payloadDecoders })[0] ?? EMPTY;
}

function isPipeTree({ tree }: Pdu): boolean {
  return tree?.path !== undefined && /\\IPC\$$/i.test(tree.path);
}

const EMPTY: DissectedPdu = {
  kind: 'malformed',
  offset: 0,
  length: 0,
  header: undefined,
  command: undefined,
  body: undefined,
  payloads: [],
  problems: [],
};
