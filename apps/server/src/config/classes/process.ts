import { group, ON, type VerdictGroup } from '../verdict.ts';

/** The process: where its settings and its state are, its log, its speed. */
export const PROCESS: readonly VerdictGroup[] = [
  group('none', 'use --log-level', 'log level, debuglevel, debug level'),
  group(
    'none',
    'logs go to standard output',
    `debug class, debug encryption, debug hires timestamp, debug pid, debug prefix timestamp, debug syslog format, debug uid,
    log file, logging, max log size, syslog, syslog only, timestamp logs, debug timestamp, log writeable files on exit`,
  ),
  group(
    'none',
    'a crash ends the process, and whoever started it knows',
    'panic action, enable core files, perfcount module, smbd profiling level',
  ),
  group(
    'none',
    'what the server keeps is in its state directory: --state',
    'cache directory, lock directory, lock dir, pid directory, private dir, private directory, state directory',
  ),
  group(
    'refused',
    'paths would be those of other folders: write them whole',
    'root directory, root, root dir',
    /^(?!\/$)./,
  ),
  group('none', 'paths are those of the machine', 'root directory, root, root dir'),
  group('refused', 'what the other file forbids would not be forbidden: name it with --config', 'config file', /./),
  group('refused', 'what the registry forbids would not be forbidden', 'config backend', /registry/i),
  group('none', 'the configuration is this file', 'config backend'),
  group('less', 'shares of users are not served', 'usershare path', /./),
  group(
    'none',
    'shares of users are not served',
    `usershare allow guests, usershare max shares, usershare owner only, usershare prefix allow list,
    usershare prefix deny list, usershare template share, add share command, change share command, delete share command`,
  ),
  group('less', 'a share that is not there is no other one', 'default service, default', /./),
  group('none', 'all shares are listed that are browseable', 'auto services, preload'),
  group(
    'less',
    'there are no processes to count: see `max active sessions` and `max server connections`',
    'max smbd processes',
    /[1-9]/,
  ),
  group(
    'none',
    'there are no processes to count',
    'max smbd processes, prefork backoff increment, prefork children, prefork maximum backoff',
  ),
  group(
    'none',
    'data is moved as fast as the system can',
    `aio max threads, aio read size, aio write behind, aio write size, change notify timeout, directory name cache size, getwd cache,
    smbd async dosmode, smbd getinfo ask sharemode, smbd max async dosmode, smbd max xattr size, smbd search ask sharemode,
    use mmap, use sendfile, strict allocate size`,
  ),
  group('none', 'the file system is asked', 'share:fake_fscaps'),
  group('less', 'the registry is not asked for shares', 'registry shares', ON),
];
