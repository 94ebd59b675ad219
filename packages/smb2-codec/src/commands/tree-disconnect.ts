import type { Codec } from '@tsmbd/ms-dtyp';
import { type EmptyBody, emptyBody } from './empty-body.ts';

/** SMB2 TREE_DISCONNECT Request, [MS-SMB2] 2.2.11: no fields. */
export type TreeDisconnectRequest = EmptyBody;

/** SMB2 TREE_DISCONNECT Request, [MS-SMB2] 2.2.11. */
export const treeDisconnectRequest: Codec<TreeDisconnectRequest> = emptyBody(
  'TREE_DISCONNECT Request',
  '[MS-SMB2] 2.2.11',
);

/** SMB2 TREE_DISCONNECT Response, [MS-SMB2] 2.2.12: no fields. */
export type TreeDisconnectResponse = EmptyBody;

/** SMB2 TREE_DISCONNECT Response, [MS-SMB2] 2.2.12. */
export const treeDisconnectResponse: Codec<TreeDisconnectResponse> = emptyBody(
  'TREE_DISCONNECT Response',
  '[MS-SMB2] 2.2.12',
);
