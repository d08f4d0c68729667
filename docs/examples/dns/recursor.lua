-- SPDX-License-Identifier: Apache-2.0
-- The DS is what `suanlu-dns -c dns.yaml --check` prints.
addTA("compute.example.", "12345 15 2 0000000000000000000000000000000000000000000000000000000000000000")
