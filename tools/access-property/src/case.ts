import type { SecurityDescriptor } from '@tsmbd/ms-dtyp';
import type { ShareName, User } from './people.ts';

/**
 * A case: the files on the disk, and the requests that users then send. It is plain data, so that
 * it can be shrunk and printed.
 */
export interface Case {
  readonly nodes: readonly NodeSpec[];
  readonly steps: readonly Step[];
}

/** A file or folder that exists before the first request. The root is always one of them. */
export interface NodeSpec {
  readonly path: readonly string[];
  readonly directory: boolean;
  /** Undefined: none is stored. */
  readonly descriptor?: SecurityDescriptor | undefined;
  readonly attributes?: number;
  readonly content?: string;
  readonly streams?: Readonly<Record<string, string>>;
  readonly eas?: Readonly<Record<string, string>>;
  /** A second name of the file. */
  readonly link?: readonly string[] | undefined;
}

export type Step = CreateStep | OpenStep;

export interface CreateStep {
  readonly do: 'create';
  /** The number by which later steps refer to the open. */
  readonly id: number;
  readonly user: User;
  readonly share: ShareName;
  readonly name: string;
  readonly access: number;
  readonly disposition: number;
  readonly options: number;
  readonly attributes: number;
  readonly secd?: SecurityDescriptor | undefined;
  readonly eas?: Readonly<Record<string, string>> | undefined;
  readonly allocation?: number | undefined;
  readonly expect?: string | undefined;
}

/** A request through the open of an earlier CREATE. It is left out if that CREATE was refused. */
export type OpenStep = { readonly on: number; readonly expect?: string | undefined } & OpenRequest;

type OpenRequest =
  | { readonly do: 'write'; readonly offset: number; readonly data: string }
  | { readonly do: 'close' }
  | {
      readonly do: 'basic';
      readonly attributes: number;
      /**
       * Creation, access, write, change: seconds since 1970; 0 leaves a time, -1 and -2 stop and
       * restart updates.
       */
      readonly times: readonly [number, number, number, number];
    }
  | { readonly do: 'rename' | 'link'; readonly to: string; readonly replace: boolean }
  | { readonly do: 'disposition'; readonly deletes: boolean }
  | { readonly do: 'disposition-ex'; readonly flags: number }
  | { readonly do: 'end-of-file' | 'allocation' | 'valid-data'; readonly size: number }
  | { readonly do: 'ea'; readonly eas: Readonly<Record<string, string>> }
  | { readonly do: 'security'; readonly parts: number; readonly descriptor: SecurityDescriptor }
  | {
      readonly do: 'set';
      readonly infoType: number;
      readonly infoClass: number;
      readonly parts: number;
      readonly bytes: string;
    }
  | { readonly do: 'fsctl'; readonly code: number; readonly bytes: string }
  | { readonly do: 'zero'; readonly from: number; readonly to: number }
  | { readonly do: 'copy'; readonly from: number; readonly length: number };
