// SPDX-License-Identifier: Apache-2.0
// Owners of what ldns allocates; the only place that includes ldns. It serves the control side: master-file
// text and signatures. Never in the query path, and never its printers on bytes from outside:
// ldns_pkt2str runs off the end of some queries (EDNS option 13, ldns 1.8.3).
#pragma once

#include <cstdlib>
#include <memory>

#include <ldns/ldns.h>
// ldns brings C's words as macros where it finds no stdbool.h.
#undef bool
#undef true
#undef false

namespace suanlu::dns {

template <auto kFree>
struct LdnsFree {
    template <class T>
    void operator()(T* object) const {
        kFree(object);
    }
};

using LdnsRr = std::unique_ptr<ldns_rr, LdnsFree<ldns_rr_free>>;
using LdnsRrList = std::unique_ptr<ldns_rr_list, LdnsFree<ldns_rr_list_deep_free>>;
using LdnsName = std::unique_ptr<ldns_rdf, LdnsFree<ldns_rdf_deep_free>>;
using LdnsKey = std::unique_ptr<ldns_key, LdnsFree<ldns_key_deep_free>>;
/// Owns the keys in it: this "free" is deep in spite of its name (ldns 1.8.3).
using LdnsKeyList = std::unique_ptr<ldns_key_list, LdnsFree<ldns_key_list_free>>;
using LdnsOctets = std::unique_ptr<std::uint8_t, LdnsFree<std::free>>;
using LdnsFile = std::unique_ptr<std::FILE, LdnsFree<std::fclose>>;

} // namespace suanlu::dns
