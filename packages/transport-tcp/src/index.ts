export { type AdoptOptions, adopter } from './adopt.ts';
export { BufferPool } from './buffer-pool.ts';
export { type ConnectOptions, connect } from './connect.ts';
export { type FrameHandler, FrameParser, PacketType } from './frame-parser.ts';
export { type Listener, type ListenOptions, listen } from './listen.ts';
export {
  DEFAULT_LIMITS,
  type TransportConnection,
  type TransportLimits,
  type WriteLater,
  type WriteNow,
} from './transport.ts';
