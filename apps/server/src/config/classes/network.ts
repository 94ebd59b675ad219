import { group, ON, type VerdictGroup } from '../verdict.ts';

/** NetBIOS, the older protocol, the client programs, and sockets. */
export const NETWORK: readonly VerdictGroup[] = [
  group(
    'none',
    'NetBIOS names are never served',
    `browse list, dgram port, disable netbios, dns proxy, domain master, enhanced browsing, lm announce, lm interval,
    local master, max ttl, max wins ttl, min wins ttl, nbt client socket address, nbt port, name cache timeout,
    name resolve order, netbios scope, nmbd bind explicit broadcast, os level, preferred master, prefered master,
    remote announce, remote browse sync, time server, wins hook, wins proxy, wins server, wins support,
    nbtd:wins_prepend1Bto1Cqueries, nbtd:wins_randomize1Clist_mask, nbtd:wins_wins_randomize1Clist, winsdb:dbnosync,
    winsdb:local_owner, wreplsrv:periodic_interval, wreplsrv:propagate name releases, wreplsrv:scavenging_interval,
    wreplsrv:tombstone_extra_timeout, wreplsrv:tombstone_interval, wreplsrv:tombstone_timeout, wreplsrv:verify_interval,
    message command`,
  ),
  group('less', 'the server has one name', 'netbios aliases'),
  group('less', 'the server is not announced by mDNS', 'mdns name, multicast dns register', /^(mdns|yes|true|on|1)$/i),
  group('none', 'the server is not announced by mDNS', 'mdns name, multicast dns register'),
  group(
    'none',
    'SMB1 is not spoken',
    `announce as, announce version, async smb echo handler, defer sharing violations, large readwrite, max mux, max xmit,
    nt pipe support, nt status support, read raw, write raw, reset on zero vc, smb1 unix extensions, unix extensions, unicode,
    client lanman auth, lanman auth, use spnego, min receivefile size`,
  ),
  group(
    'none',
    "it is of Samba's client programs",
    `client NTLMv2 auth, client ipc max protocol, client ipc min protocol, client ipc signing, client ldap sasl wrapping,
    client max protocol, client min protocol, client plaintext auth, client protection, client schannel, client signing,
    client smb encrypt, client smb3 encryption algorithms, client smb3 signing algorithms, client use kerberos,
    client use spnego, client use spnego principal, raw NTLMv2 auth`,
  ),
  group('none', 'sockets are set up as they should be', 'socket options, socket address, keepalive'),
  group('none', 'multichannel is not offered yet', 'server multi channel support'),
  group('none', 'there is no second process', 'ipc timeout'),
  group('none', 'names are looked up when the configuration is read', 'hostname lookups'),
  group(
    'none',
    'what a client may send at once is `smb2 max trans`, `smb2 max read` and `smb2 max write`',
    'smbd max io size, cache read buffers, cache trans buffers',
  ),
  group('less', 'links of DFS are not followed', 'msdfs root', ON),
  group('less', 'the share shows its own folder, and leads to no other server', 'msdfs proxy'),
  group('none', 'there is no DFS', 'msdfs root, host msdfs, msdfs shuffle referrals'),
  group(
    'none',
    'pipes are answered by the server itself',
    `allow dcerpc auth level connect, dcerpc endpoint servers, ncalrpc dir, rpc big endian, rpc server dynamic port range,
    rpc server port, rpc start on demand helpers, svcctl list, eventlog list, lsa over netlogon, registry shares`,
  ),
];
