import type { Codec } from '@tsmbd/ms-dtyp';
import { type EmptyBody, emptyBody } from './empty-body.ts';

/** SMB2 ECHO Request, [MS-SMB2] 2.2.28: no fields. */
export type EchoRequest = EmptyBody;

/** SMB2 ECHO Request, [MS-SMB2] 2.2.28. */
export const echoRequest: Codec<EchoRequest> = emptyBody('ECHO Request', '[MS-SMB2] 2.2.28');

/** SMB2 ECHO Response, [MS-SMB2] 2.2.29: no fields. */
export type EchoResponse = EmptyBody;

/** SMB2 ECHO Response, [MS-SMB2] 2.2.29. */
export const echoResponse: Codec<EchoResponse> = emptyBody('ECHO Response', '[MS-SMB2] 2.2.29');
