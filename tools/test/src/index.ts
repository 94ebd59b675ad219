export { missingPeers, PEERS, type PeerName, peersRequired } from './peers.ts';
