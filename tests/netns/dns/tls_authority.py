# SPDX-License-Identifier: Apache-2.0
"""A certificate authority of a test's own."""
import pathlib
import ssl
import subprocess

NAME = 'dns.c.example'


class Authority:
    """Certificates in a folder: ca.pem, and dns.pem with dns.key signed by it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.__openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem',
                       '-days', '30', '-subj', '/CN=tests')
        self.issue()

    def __openssl(self, *words):
        subprocess.run(['openssl', *words], cwd=self.folder, check=True, capture_output=True)

    def issue(self):
        """A new key and certificate in the place of the old."""
        self.__openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'dns.key', '-out', 'dns.csr',
                       '-subj', f'/CN={NAME}')
        (self.folder / 'ext').write_text(f'subjectAltName = DNS:{NAME}, IP:127.0.0.1\n')
        self.__openssl('x509', '-req', '-in', 'dns.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '30', '-out', 'dns.pem',
                       '-extfile', 'ext')

    def context(self, protocols=('dot',)):
        context = ssl.create_default_context(cafile=self.folder / 'ca.pem')
        if protocols:
            context.set_alpn_protocols(list(protocols))
        return context
