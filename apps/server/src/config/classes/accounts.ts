import { group, OFF, ON, type VerdictGroup } from '../verdict.ts';

/** Who logs on, and as whom they act. */
export const ACCOUNTS: readonly VerdictGroup[] = [
  group('refused', 'who would be another user there would log on as himself', 'username map script', /./),
  group('refused', 'NTLM is how everybody logs on here', 'ntlm auth, nt hash store', /^(disabled|never)$/i),
  group('less', 'NTLMv2 alone is taken', 'ntlm auth', /^(yes|true|on|1|ntlmv1-permitted|mschapv2-and-ntlmv2-only)$/i),
  group('none', 'NTLMv2 alone is taken', 'ntlm auth, nt hash store'),
  group(
    'less',
    'accounts are kept by tsmbd user (tsmbd user import takes what pdbedit -w prints)',
    'passdb backend',
    /ldap|nis|mysql/i,
  ),
  group(
    'none',
    'accounts are kept by tsmbd user (tsmbd user import takes what pdbedit -w prints)',
    'passdb backend, smb passwd file',
  ),
  group('less', 'PAM is not asked: tsmbd user disable keeps an account out', 'obey pam restrictions', ON),
  group('less', 'passwords are never sent in clear', 'encrypt passwords', OFF),
  group('less', 'an account without a password lets nobody in', 'null passwords', ON),
  group(
    'none',
    'PAM is not asked, and passwords are never sent in clear',
    'obey pam restrictions, encrypt passwords, null passwords',
  ),
  group(
    'none',
    "passwords are changed by tsmbd user, and are no other program's",
    `check password script, init logon delay, init logon delayed hosts, old password allowed period, pam password change,
    passwd chat, passwd chat debug, passwd chat timeout, passwd program, password hash gpg key ids,
    password hash userPassword schemes, unix password sync, username level, username map cache time, password level`,
  ),
  group(
    'none',
    'accounts are made by tsmbd user',
    `add group script, add machine script, add user script, add user to group script, algorithmic rid base,
    delete group script, delete user from group script, delete user script, enable privileges, log nt token command,
    min domain uid, passdb expand explicit, rename user script, set primary group script`,
  ),
  group('none', 'AFS is not known', 'afs share, afs token lifetime, afs username map'),
  group('less', 'logons are in the log alone', 'utmp', ON),
  group('none', 'logons are in the log alone', 'utmp, utmp directory, wtmp directory, auth event notification'),
  group('refused', 'a command that can refuse who connects is not run', 'preexec close, root preexec close', ON),
  group('none', 'no commands are run', 'preexec close, root preexec close'),
  group('less', 'no commands are run', 'preexec, exec, postexec, root preexec, root postexec', /./),
];
