# SPDX-License-Identifier: Apache-2.0
"""Names under /run/netns, so that `ip netns exec LAB-NODE` works. Only the name is ours; the namespace lives with the node.

The folder is made a shared mount before the first name, exactly as iproute2 does it: a later `ip netns add` would
otherwise lay its own mount over our names, and they could never be removed again.
"""
import errno
import os

from . import kernel

FOLDER = '/run/netns'


def prepare():
    """Makes the folder and its mount; returns True when this machine had none."""
    is_new = not os.path.isdir(FOLDER)
    os.makedirs(FOLDER, mode=0o755, exist_ok=True)
    try:
        kernel.mount('', FOLDER, 'none', kernel.MS_SHARED | kernel.MS_REC)
    except OSError as error:
        if error.errno != errno.EINVAL:  # EINVAL: not a mount point yet
            raise
        kernel.mount(FOLDER, FOLDER, 'none', kernel.MS_BIND | kernel.MS_REC)
        kernel.mount('', FOLDER, 'none', kernel.MS_SHARED | kernel.MS_REC)
    return is_new


def add(path, pid):
    """Gives the network namespace of `pid` the name `path`."""
    os.close(os.open(path, os.O_RDONLY | os.O_CREAT | os.O_EXCL, 0))
    kernel.mount(f'/proc/{pid}/ns/net', path, 'none', kernel.MS_BIND)


def remove(path):
    """Removes one name; returns what could not be removed."""
    try:
        kernel.unmount(path)
    except OSError:
        pass  # the name was made, the mount was not
    try:
        os.unlink(path)
    except OSError as error:
        return [f'{path} ({error.strerror})']
    return []


def leave(was_new):
    """Removes the folder and its mount when we made them and nobody else has a name there."""
    if not was_new or not os.path.isdir(FOLDER) or os.listdir(FOLDER):
        return
    for step in (kernel.unmount, os.rmdir):
        try:
            step(FOLDER)
        except OSError:
            continue
