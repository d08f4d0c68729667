# SPDX-License-Identifier: Apache-2.0
"""The services of one lab site: a bounded worker pool and the protocols in front of it."""
