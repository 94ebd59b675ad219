export { missingPeers, type PeerName, PEERS, peersRequired } from './peers.ts';
