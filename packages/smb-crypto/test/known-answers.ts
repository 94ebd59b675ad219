import { readFileSync } from 'node:fs';

/**
 * Facts of Microsoft's blog posts and of published captures; each names its source. Hex, lower
 * case.
 */
export interface KnownAnswers {
  readonly kdf: readonly {
    readonly name: string;
    readonly dialect: string;
    readonly cipher_id?: string;
    readonly SessionKey: string;
    readonly FullSessionKey?: string;
    readonly preauthIntegrityHashValue?: string;
    readonly expected: Readonly<Record<string, string>>;
  }[];
  readonly preauth: readonly {
    readonly name: string;
    readonly steps: readonly { readonly message: string; readonly packet: string; readonly hash_after: string }[];
  }[];
  readonly signing: readonly {
    readonly name: string;
    readonly algorithm: string;
    readonly key: string;
    readonly packet: string;
    readonly signature: string;
  }[];
  readonly encryption: readonly {
    readonly name: string;
    readonly algorithm: string;
    readonly key: string;
    readonly plaintext_smb2: string;
    readonly transform_message: string;
  }[];
}

export const knownAnswers = JSON.parse(
  readFileSync(new URL('known-answers.json', import.meta.url), 'utf8'),
) as KnownAnswers;

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
