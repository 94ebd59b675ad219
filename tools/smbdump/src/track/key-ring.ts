import type { KerberosKey } from '../kerberos/crypto.ts';

/** Keys of one session as somebody gives them, instead of the session key or beside it. */
export interface DirectKeys {
  readonly clientToServer: Uint8Array;
  readonly serverToClient: Uint8Array;
}

/** What can open a capture. */
export class KeyRing {
  /** By SessionId, 16 hex digits. */
  readonly #sessionKeys = new Map<string, Uint8Array>();
  readonly #directKeys = new Map<string, DirectKeys>();
  /** Session keys of which nobody said whose they are. */
  readonly anySession: Uint8Array[] = [];
  /** NT hashes of accounts that may occur. */
  readonly ntHashes: Uint8Array[] = [];
  /** Keys of services that Kerberos tickets may be for. */
  readonly kerberosKeys: KerberosKey[] = [];

  /** @param sessionId hex digits of the number */
  addSessionKey(sessionId: string, key: Uint8Array): void {
    this.#sessionKeys.set(normalized(sessionId), key);
  }

  addDirectKeys(sessionId: string, keys: DirectKeys): void {
    this.#directKeys.set(normalized(sessionId), keys);
  }

  sessionKey(sessionId: string): Uint8Array | undefined {
    return this.#sessionKeys.get(sessionId) ?? (this.anySession.length === 1 ? this.anySession[0] : undefined);
  }

  directKeys(sessionId: string): DirectKeys | undefined {
    return this.#directKeys.get(sessionId);
  }

  /** Whether there is nothing that could open or verify anything. */
  get isEmpty(): boolean {
    return (
      this.#sessionKeys.size === 0 &&
      this.#directKeys.size === 0 &&
      this.anySession.length === 0 &&
      this.ntHashes.length === 0 &&
      this.kerberosKeys.length === 0
    );
  }

  /**
   * Adds the keys of a text: one session a line, `sessionId sessionKey [serverToClient
   * clientToServer]` in hex, the id as a number; or lines of Wireshark's smb2_seskey_list, with
   * commas, where the id is as on the wire. Lines that begin with # are passed over. Throws Error
   * with the number of a line that is neither.
   */
  addText(text: string): void {
    text.split(/\r?\n/).forEach((raw, i) => {
      const line = raw.trim();
      if (line === '' || line.startsWith('#')) return;
      const isWireshark = line.includes(',');
      const words = isWireshark ? line.split(',').map((word) => word.replaceAll('"', '').trim()) : line.split(/\s+/);
      const [id = '', key = '', serverToClient = '', clientToServer = ''] = words;
      if (!isHex(id) || id.length > 16 || ![key, serverToClient, clientToServer].every(isHex)) {
        throw new Error(`line ${i + 1} of the keys: not "sessionId sessionKey" in hex`);
      }
      const sessionId = isWireshark ? reversed(id) : id;
      if (key !== '') this.addSessionKey(sessionId, bytesOf(key));
      if (serverToClient !== '' && clientToServer !== '') {
        this.addDirectKeys(sessionId, {
          clientToServer: bytesOf(clientToServer),
          serverToClient: bytesOf(serverToClient),
        });
      }
    });
  }
}

/** Bytes of hex digits. Throws Error for anything else. */
export function bytesOf(hex: string): Uint8Array {
  if (!isHex(hex) || hex.length % 2 !== 0) throw new Error('not an even number of hex digits');
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Hex digits of bytes. */
export function hexOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

/** A SessionId as hex digits, as everywhere here. */
export function idText(id: bigint): string {
  return id.toString(16).padStart(16, '0');
}

function isHex(text: string): boolean {
  return /^[0-9a-fA-F]*$/.test(text);
}

function normalized(id: string): string {
  return id.toLowerCase().padStart(16, '0');
}

function reversed(hex: string): string {
  return (hex.padEnd(16, '0').match(/../g) ?? []).reverse().join('');
}
