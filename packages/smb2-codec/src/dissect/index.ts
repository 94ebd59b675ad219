export { dissect } from './dissect.ts';
export type {
  DissectedPayload,
  DissectedPdu,
  DissectOptions,
  Payload,
  PayloadDecoder,
  PayloadKind,
  RelatedRequest,
} from './pdu.ts';
