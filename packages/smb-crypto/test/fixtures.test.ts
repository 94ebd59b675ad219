import {
  connectionsOfFixture,
  elementsOf,
  fixtures,
  isKind,
  messagesOf,
  plainMessages,
  viewHeader,
} from '@tsmbd/tool-fixtures';
import test from 'ava';
import * as crypto from '../src/index.ts';

const SIGNED = 0x08;

test('every signature of the captures verifies, and every sealed message opens [MS-SMB2 3.1.4.1, 3.1.4.3]', (t) => {
  const verified: Record<string, number> = {};
  const opened: Record<string, number> = {};
  for (const fixture of fixtures()) {
    connectionsOfFixture(fixture).forEach((connection, i) => {
      const agreed = fixture.connections[i]!;
      // plainMessages throws when a message does not open.
      for (const { bytes, sealed, keys } of plainMessages(messagesOf(connection), fixture, i, crypto)) {
        if (sealed) opened[agreed.cipher!] = (opened[agreed.cipher!] ?? 0) + 1;
        if (sealed || keys === undefined || !isKind(bytes, 'smb2')) continue;
        const signer = crypto.createSigner(agreed.signing, keys.signingKey);
        for (const element of elementsOf(bytes)) {
          if ((viewHeader(element).flags & SIGNED) === 0) continue;
          if (!signer.verify(element)) t.fail(`${fixture.file}: message ${viewHeader(element).messageId}`);
          const name = `${agreed.dialect} ${agreed.signing}`;
          verified[name] = (verified[name] ?? 0) + 1;
        }
      }
    });
  }
  t.log({ verified, opened });
  t.deepEqual(Object.keys(opened).sort(), ['aes-128-ccm', 'aes-128-gcm', 'aes-256-ccm', 'aes-256-gcm']);
  t.is(Object.keys(verified).length >= 7, true);
});

test('a captured message does not verify with one bit changed [MS-SMB2 3.1.5.1]', (t) => {
  const fixture = fixtures().find((f) => f.protection === 'signed' && f.sessions.length > 0)!;
  const [connection] = connectionsOfFixture(fixture);
  for (const { bytes, keys } of plainMessages(messagesOf(connection!), fixture, 0, crypto)) {
    if (keys === undefined || !isKind(bytes, 'smb2') || (viewHeader(bytes).flags & SIGNED) === 0) continue;
    const changed = Buffer.from(bytes);
    changed[changed.length - 1] = changed[changed.length - 1]! ^ 1;
    const signer = crypto.createSigner(fixture.connections[0]!.signing, keys.signingKey);
    t.false(signer.verify(changed));
    return;
  }
  t.fail('nothing was signed');
});
