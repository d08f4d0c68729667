# SPDX-License-Identifier: Apache-2.0
"""The demonstration of the smart-security lab: steps, and what they stand on."""
