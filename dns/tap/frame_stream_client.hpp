// SPDX-License-Identifier: Apache-2.0
// Frame Streams by libfstrm: frames of dnstap into a file, or to a reader at a unix socket, with its
// handshake. A reader that takes nothing for a second is given up. One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/support/result.hpp"
#include "dns/record/wire.hpp"

struct fstrm_writer;

namespace suanlu::dns {

class FrameStream {
public:
    /// Replaces the file.
    static Result<FrameStream> to_file(const std::string& path);
    /// Waits for the reader's handshake. kUnreachable without a reader.
    static Result<FrameStream> to_socket(const std::string& path);

    /// False: this stream is at its end, and how much of `frames` went out nobody knows.
    bool write(const std::vector<Bytes>& frames);

private:
    struct Close {
        void operator()(fstrm_writer* writer) const;
    };
    using Writer = std::unique_ptr<fstrm_writer, Close>;
    explicit FrameStream(Writer writer) : writer_(std::move(writer)) {}
    static Result<FrameStream> begin(fstrm_writer* writer, const std::string& path);

    Writer writer_;
};

} // namespace suanlu::dns
