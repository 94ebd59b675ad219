import {
  cancelRequest,
  echoRequest,
  echoResponse,
  flushResponse,
  lockResponse,
  logoffRequest,
  logoffResponse,
  treeDisconnectRequest,
  treeDisconnectResponse,
} from '@tsmbd/smb2-codec';
import { testBody } from '../support/structures.ts';

for (const codec of [
  logoffRequest,
  logoffResponse,
  treeDisconnectRequest,
  treeDisconnectResponse,
  echoRequest,
  echoResponse,
  cancelRequest,
  flushResponse,
  lockResponse,
]) {
  testBody({ name: `the empty ${codec.name} [MS-SMB2 2.2]`, codec, bytes: '0400 0000', value: {} });
}
