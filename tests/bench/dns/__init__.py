# SPDX-License-Identifier: Apache-2.0
"""A package with a file of its own: without it an installed dnspython, whose name is `dns` too, would be found first."""
