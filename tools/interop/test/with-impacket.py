"""What impacket does with a server: a logon, shares, files, names and SIDs. Prints JSON for impacket.test.ts."""

import io
import json
import sys

from impacket.dcerpc.v5 import lsad, lsat, srvs, transport, wkst
from impacket.dcerpc.v5.dtypes import MAXIMUM_ALLOWED
from impacket.smbconnection import SMBConnection

port, user, password = int(sys.argv[1]), sys.argv[2], sys.argv[3]
smb = SMBConnection("127.0.0.1", "127.0.0.1", sess_port=port)
smb.login(user, password)
seen = {"dialect": smb.getDialect()}
seen["shares"] = sorted(share["shi1_netname"][:-1] for share in smb.listShares())

smb.putFile("pub", "a.txt", io.BytesIO(b"hello").read)
into = io.BytesIO()
smb.getFile("pub", "a.txt", into.write)
seen["bytes"] = into.getvalue().decode()
smb.createDirectory("pub", "d")
smb.rename("pub", "a.txt", "d\\b.txt")
seen["listed"] = sorted(entry.get_longname() for entry in smb.listPath("pub", "d\\*"))
smb.deleteFile("pub", "d\\b.txt")
smb.deleteDirectory("pub", "d")
seen["left"] = sorted(entry.get_longname() for entry in smb.listPath("pub", "*"))


def bound(pipe, interface):
    rpc = transport.SMBTransport("127.0.0.1", port, pipe, smb_connection=smb).get_dce_rpc()
    rpc.connect()
    rpc.bind(interface)
    return rpc


rpc = bound(r"\lsarpc", lsat.MSRPC_UUID_LSAT)
policy = lsad.hLsarOpenPolicy2(rpc, MAXIMUM_ALLOWED)["PolicyHandle"]
information = lsad.POLICY_INFORMATION_CLASS
answer = lsad.hLsarQueryInformationPolicy2(rpc, policy, information.PolicyLsaServerRoleInformation)
seen["role"] = answer["PolicyInformation"]["PolicyServerRoleInfo"]["LsaServerRole"]
answer = lsad.hLsarQueryInformationPolicy2(rpc, policy, information.PolicyAccountDomainInformation)
domain = answer["PolicyInformation"]["PolicyAccountDomainInfo"]["DomainSid"].formatCanonical()
answer = lsat.hLsarLookupSids(rpc, policy, ["S-1-1-0", "S-1-5-32-544", domain + "-1000"], lsat.LSAP_LOOKUP_LEVEL.LsapLookupWksta)
seen["names"] = [name["Name"] for name in answer["TranslatedNames"]["Names"]]

rpc = bound(r"\srvsvc", srvs.MSRPC_UUID_SRVS)
answer = srvs.hNetrShareGetInfo(rpc, "pub\x00", 1)
seen["comment"] = answer["InfoStruct"]["ShareInfo1"]["shi1_remark"][:-1]
rpc = bound(r"\wkssvc", wkst.MSRPC_UUID_WKST)
answer = wkst.hNetrWkstaGetInfo(rpc, 100)
seen["version"] = answer["WkstaInfo"]["WkstaInfo100"]["wki100_ver_major"]

print(json.dumps(seen))
