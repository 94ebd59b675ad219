import type { Codec } from '@tsmbd/ms-dtyp';
import { type EmptyBody, emptyBody } from './empty-body.ts';

/** SMB2 CANCEL Request, [MS-SMB2] 2.2.30: no fields. */
export type CancelRequest = EmptyBody;

/** SMB2 CANCEL Request, [MS-SMB2] 2.2.30. */
export const cancelRequest: Codec<CancelRequest> = emptyBody('CANCEL Request', '[MS-SMB2] 2.2.30');
