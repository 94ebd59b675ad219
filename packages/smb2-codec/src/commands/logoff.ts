import type { Codec } from '@tsmbd/ms-dtyp';
import { type EmptyBody, emptyBody } from './empty-body.ts';

/** SMB2 LOGOFF Request, [MS-SMB2] 2.2.7: no fields. */
export type LogoffRequest = EmptyBody;

/** SMB2 LOGOFF Request, [MS-SMB2] 2.2.7. */
export const logoffRequest: Codec<LogoffRequest> = emptyBody('LOGOFF Request', '[MS-SMB2] 2.2.7');

/** SMB2 LOGOFF Response, [MS-SMB2] 2.2.8: no fields. */
export type LogoffResponse = EmptyBody;

/** SMB2 LOGOFF Response, [MS-SMB2] 2.2.8. */
export const logoffResponse: Codec<LogoffResponse> = emptyBody('LOGOFF Response', '[MS-SMB2] 2.2.8');
