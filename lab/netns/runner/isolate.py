# SPDX-License-Identifier: Apache-2.0
"""The private view of one node: its own /proc, /sys, /run, /etc/frr and binds over this machine's file system.

Runs inside the node's new namespaces. /sys is mounted anew so that /sys/class/net shows the node's interfaces; what
was mounted below /sys (control groups, the lab's bpffs) is carried over. Nothing is written to the host's disk.
"""
import os

from . import kernel


class NodeFailed(Exception):
    """A node could not be made; the text says what and where."""


def carried_mounts(prefix='/sys/'):
    """The outermost mount points below `prefix`."""
    with open('/proc/self/mountinfo', encoding='utf-8') as file:
        points = sorted({line.split()[4] for line in file if line.split()[4].startswith(prefix)})
    return [p for p in points if not any(p != q and p.startswith(q + '/') for q in points)]


def _through_fd(descriptor):
    return f'/proc/self/fd/{descriptor}'


def _mount_sys():
    old = [(point, os.open(point, os.O_PATH)) for point in carried_mounts()]
    kernel.mount('sysfs', '/sys', 'sysfs', kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC)
    for point, descriptor in old:
        if os.path.isdir(point):
            kernel.mount(_through_fd(descriptor), point, '', kernel.MS_BIND | kernel.MS_REC)
        os.close(descriptor)


def _mount_tmpfs(point, mode='0755'):
    kernel.mount('tmpfs', point, 'tmpfs', kernel.MS_NOSUID | kernel.MS_NODEV, f'mode={mode}')


def _prepare_frr():
    _mount_tmpfs('/etc/frr', '0775')
    _mount_tmpfs('/var/tmp', '1777')  # FRR keys its crash logs by pid, and pids repeat between nodes
    os.makedirs('/run/frr', exist_ok=True)
    for name, text in (('vtysh.conf', 'service integrated-vtysh-config\n'), ('frr.conf', '')):
        with open(f'/etc/frr/{name}', 'w', encoding='utf-8') as file:
            file.write(text)
    import shutil
    for path in ('/etc/frr', '/run/frr', '/etc/frr/vtysh.conf', '/etc/frr/frr.conf'):
        shutil.chown(path, 'frr', 'frr')


def _bind(source_fd, is_dir, target, read_only, where):
    if not os.path.exists(target):
        if not target.startswith(('/run/', '/etc/frr/')):
            raise NodeFailed(f'{where}: the bind target "{target}" does not exist on this machine and is not created '
                             'there; use an existing path or one below /run or /etc/frr')
        os.makedirs(target if is_dir else os.path.dirname(target), exist_ok=True)
        if not is_dir:
            with open(target, 'w', encoding='ascii'):
                pass
    kernel.mount(_through_fd(source_fd), target, '', kernel.MS_BIND | kernel.MS_REC)
    if read_only:
        kernel.mount('', target, '', kernel.MS_BIND | kernel.MS_REMOUNT | kernel.MS_RDONLY)


def _write_sysctls(values, where):
    for name, value in values.items():
        path = '/proc/sys/' + name.replace('.', '/')
        try:
            with open(path, 'w', encoding='ascii') as file:
                file.write(value)
        except OSError as error:
            raise NodeFailed(f'{where}: the sysctl {name} = {value} is refused: {error.strerror}') from error


# Addresses are usable at once (no duplicate address detection on a link of our own making) and SRv6 is accepted on
# every interface; what the file says in `sysctls` comes later and wins.
BASE_SYSCTLS = {
    'net.ipv6.conf.all.disable_ipv6': '0', 'net.ipv6.conf.default.disable_ipv6': '0',
    'net.ipv6.conf.all.accept_dad': '0', 'net.ipv6.conf.default.accept_dad': '0',
    'net.ipv6.conf.default.dad_transmits': '0',
    'net.ipv6.conf.all.seg6_enabled': '1', 'net.ipv6.conf.default.seg6_enabled': '1', 'net.ipv4.ip_forward': '1',
}


def enter(node, where):
    """Turns the current process, pid 1 of fresh namespaces, into the node: mounts, host name, sysctls, lo up."""
    kernel.mount('', '/', '', kernel.MS_REC | kernel.MS_PRIVATE)
    sources = [(os.open(host, os.O_PATH), os.path.isdir(host), target, read_only, keys)
               for host, target, read_only, keys in node.binds]
    kernel.mount('proc', '/proc', 'proc', kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC)
    _mount_sys()
    _mount_tmpfs('/run')
    os.makedirs('/run/lock', exist_ok=True)
    if node.is_frr:
        _prepare_frr()
    for descriptor, is_dir, target, read_only, keys in sources:
        _bind(descriptor, is_dir, target, read_only, where(keys))
        os.close(descriptor)
    kernel.set_hostname(node.hostname)
    _write_sysctls(BASE_SYSCTLS, where(node.key))
    _write_sysctls(node.sysctls, where(node.key))
