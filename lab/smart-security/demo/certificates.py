# SPDX-License-Identifier: Apache-2.0
"""Certificates of one run: an authority, and one key pair per program with its name as common name."""
import os
import shutil
import subprocess

CTL_ADDRESS = '172.20.20.10'


def _openssl(folder, *words):
    subprocess.run(['openssl', *words], cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def make(folder, names):
    """Writes ca.pem, and NAME.pem with NAME.key for each name, into `folder` (mode 0700)."""
    os.makedirs(folder, mode=0o700, exist_ok=True)
    _openssl(folder, 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
             '-subj', '/CN=suanlu lab authority', '-keyout', 'ca.key', '-out', 'ca.pem')
    for name in names:
        extension = f'subjectAltName=DNS:{name}'
        if name == 'suanlud':
            extension += f',IP:{CTL_ADDRESS}'
        with open(os.path.join(folder, f'{name}.ext'), 'w', encoding='ascii') as file:
            file.write(f'{extension}\nextendedKeyUsage=serverAuth,clientAuth\nbasicConstraints=CA:FALSE\n')
        _openssl(folder, 'req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj',
                 f'/CN={name}', '-keyout', f'{name}.key', '-out', f'{name}.csr')
        _openssl(folder, 'x509', '-req', '-in', f'{name}.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial',
                 '-days', '2', '-extfile', f'{name}.ext', '-out', f'{name}.pem')


def install(folder, name, target):
    """Copies one program's files to where its configuration looks for them."""
    os.makedirs(target, mode=0o700, exist_ok=True)
    for source, base in (('ca.pem', 'ca.pem'), (f'{name}.pem', 'node.pem'), (f'{name}.key', 'node.key')):
        shutil.copyfile(os.path.join(folder, source), os.path.join(target, base))
    os.chmod(os.path.join(target, 'node.key'), 0o600)
