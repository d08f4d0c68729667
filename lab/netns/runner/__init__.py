# SPDX-License-Identifier: Apache-2.0
"""Realises a containerlab topology file in Linux namespaces, without Docker."""
