import { encode } from '@tsmbd/ms-dtyp';
import * as crypto from '@tsmbd/smb-crypto';
import { type DissectedPdu, dissect, type RelatedRequest } from '@tsmbd/smb2-codec';
import { connectionsOfFixture, fixtures, isKind, messagesOf, plainMessages } from '@tsmbd/tool-fixtures';
import test from 'ava';

/** What a response needs to know of its request. */
function relatedTo(pdu: DissectedPdu): RelatedRequest | undefined {
  if (pdu.kind !== 'request' || pdu.body === undefined) return undefined;
  if (pdu.command === 'QUERY_INFO') return { infoType: pdu.body.infoType, infoClass: pdu.body.fileInfoClass };
  return pdu.command === 'QUERY_DIRECTORY' ? { infoClass: pdu.body.fileInformationClass } : undefined;
}

test('contexts, information, entries and FSCTL buffers of the captures decode and encode to the same bytes', (t) => {
  const counts = new Map<string, { same: number; canonical: number }>();
  const problems = new Map<string, number>();
  for (const fixture of fixtures()) {
    connectionsOfFixture(fixture).forEach((connection, i) => {
      const requests = new Map<bigint, RelatedRequest>();
      for (const { bytes } of plainMessages(messagesOf(connection), fixture, i, crypto)) {
        if (!isKind(bytes, 'smb2')) continue;
        for (const pdu of dissect(bytes, { related: ({ messageId }) => requests.get(messageId) })) {
          const related = relatedTo(pdu);
          if (related !== undefined && pdu.header !== undefined) requests.set(pdu.header.messageId, related);
          for (const { path, message } of pdu.problems) {
            const key = `${path}: ${message.replaceAll(/\d+/g, 'N')}`;
            problems.set(key, (problems.get(key) ?? 0) + 1);
          }
          for (const { structure, value, codec, bytes: payload } of pdu.payloads) {
            if (structure === undefined || value === undefined) continue;
            const count = counts.get(structure) ?? { same: 0, canonical: 0 };
            counts.set(structure, count);
            if (Buffer.from(encode(codec!, value)).equals(payload)) count.same++;
            else count.canonical++;
          }
        }
      }
    });
  }
  let [same, canonical] = [0, 0];
  for (const count of counts.values()) {
    same += count.same;
    canonical += count.canonical;
  }
  t.log(
    `${same + canonical} payloads of ${counts.size} structures: ${same} to the byte, ${canonical} in canonical form`,
  );
  const ofWhich = [...counts].filter(([, count]) => count.canonical > 0);
  t.log(
    'canonical, for bytes that senders left in padding:',
    ofWhich.map(([name, { canonical: n }]) => `${name} ${n}`),
  );
  t.log('problems, of answers that did not fit (STATUS_BUFFER_OVERFLOW):', Object.fromEntries(problems));
  t.true(same + canonical > 2500 && canonical < (same + canonical) / 20);
  t.true(problems.size <= 3);
});
