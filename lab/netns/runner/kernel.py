# SPDX-License-Identifier: Apache-2.0
"""The few system calls that Python 3.11 has no name for: namespaces, mounts, host name, veth offloads."""
import ctypes
import fcntl
import os
import socket
import struct

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE, MS_SHARED = 32, 4096, 16384, 1 << 18, 1 << 20
MNT_DETACH = 2

SIOCETHTOOL = 0x8946
ETHTOOL_STXCSUM = 0x17
ETHTOOL_SGRO = 0x2C
PR_SET_NAME = 15

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result, what):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f'{what}: {os.strerror(number)}')


def unshare(flags):
    """Leaves the given namespaces for new ones."""
    _check(_libc.unshare(flags), 'unshare')


def mount(source, target, kind='', flags=0, options=''):
    """mount(2); `kind` is the file system type."""
    _check(_libc.mount(source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode()),
           f'mount {kind or source} on {target}')


def unmount(target):
    """Detaches the mount at `target`."""
    _check(_libc.umount2(target.encode(), MNT_DETACH), f'umount {target}')


def set_hostname(name):
    """Sets the host name of this UTS namespace."""
    raw = name.encode()
    _check(_libc.sethostname(raw, len(raw)), 'sethostname')


def set_process_name(name):
    """The name that ps shows (15 bytes at most)."""
    _libc.prctl(PR_SET_NAME, name.encode()[:15], 0, 0, 0)


def set_veth_offloads(interface):
    """Transmit checksum offload off, GRO on.

    XDP_REDIRECT into a veth drops every frame unless the peer has GRO or an XDP program, and a frame whose checksum
    was left to hardware leaves the XDP path with a wrong one.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for command, value in ((ETHTOOL_STXCSUM, 0), (ETHTOOL_SGRO, 1)):
            request = ctypes.create_string_buffer(struct.pack('II', command, value), 8)
            ifreq = struct.pack('16sP16x', interface.encode(), ctypes.addressof(request))
            fcntl.ioctl(sock, SIOCETHTOOL, ifreq)
