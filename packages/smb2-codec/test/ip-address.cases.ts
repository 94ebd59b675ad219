import { formatIpv6, parseIpv4, parseIpv6 } from '@tsmbd/smb2-codec';
import test from 'ava';

test('IPv6 addresses as text [RFC 5952 4]', (t) => {
  for (const text of ['::', '::1', '1::', 'fe80::1', '2001:db8::1:0:0:1', '1:2:3:4:5:6:7:8', '0:1:2:3:4:5:6:7']) {
    t.is(formatIpv6(parseIpv6(text)), text);
  }
  t.is(formatIpv6(parseIpv6('2001:DB8:0:0:0:0:0:1')), '2001:db8::1');
  t.is(formatIpv6(parseIpv6('::ffff:192.0.2.1')), '::ffff:c000:201');
});

test('what is no address is a RangeError', (t) => {
  for (const text of ['', '1:2', '1::2::3', '1:2:3:4:5:6:7:8:9', 'g::', '12345::', '1:2:3:4:5:6:7::8:9']) {
    t.throws(() => parseIpv6(text), { instanceOf: RangeError }, text);
  }
  for (const text of ['', '1.2.3', '1.2.3.256', 'a.b.c.d', '1.2.3.4.5']) {
    t.throws(() => parseIpv4(text), { instanceOf: RangeError }, text);
  }
});
