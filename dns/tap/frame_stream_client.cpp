// SPDX-License-Identifier: Apache-2.0
#include "dns/tap/frame_stream_client.hpp"

#include <fstrm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

namespace suanlu::dns {

namespace {

constexpr std::string_view kContentType = "protobuf:dnstap.Dnstap";
constexpr timeval kPatience{1, 0};

/// What libfstrm reads and writes by. Its own unix socket would wait for a reader without end.
struct UnixSocket {
    sockaddr_un address{};
    int fd = -1;

    static UnixSocket& of(void* object) { return *static_cast<UnixSocket*>(object); }

    static fstrm_res open(void* object) {
        UnixSocket& self = of(object);
        self.fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const bool is_open =
            self.fd >= 0 &&
            ::setsockopt(self.fd, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience) == 0 &&
            ::setsockopt(self.fd, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience) == 0 &&
            ::connect(self.fd, reinterpret_cast<const sockaddr*>(&self.address), sizeof self.address) == 0;
        return is_open ? fstrm_res_success : fstrm_res_failure;
    }
    static fstrm_res close(void* object) {
        if (const int fd = std::exchange(of(object).fd, -1); fd >= 0) {
            ::close(fd);
        }
        return fstrm_res_success;
    }
    static fstrm_res destroy(void* object) {
        (void)close(object);
        delete &of(object);
        return fstrm_res_success;
    }
    static fstrm_res read(void* object, void* into, std::size_t size) {
        const ssize_t got = ::recv(of(object).fd, into, size, MSG_WAITALL);
        return got == static_cast<ssize_t>(size) ? fstrm_res_success : fstrm_res_failure;
    }
    static fstrm_res write(void* object, const iovec* parts, int count) {
        std::vector<iovec> left(parts, parts + count);
        msghdr message{};
        message.msg_iov = left.data();
        message.msg_iovlen = left.size();
        while (message.msg_iovlen > 0) {
            const ssize_t sent = ::sendmsg(of(object).fd, &message, MSG_NOSIGNAL);
            if (sent <= 0) {
                return fstrm_res_failure;
            }
            skip(message, static_cast<std::size_t>(sent));
        }
        return fstrm_res_success;
    }
    static void skip(msghdr& message, std::size_t sent) {
        while (message.msg_iovlen > 0 && sent >= message.msg_iov->iov_len) {
            sent -= message.msg_iov->iov_len;
            ++message.msg_iov;
            --message.msg_iovlen;
        }
        if (message.msg_iovlen > 0) {
            message.msg_iov->iov_base = static_cast<char*>(message.msg_iov->iov_base) + sent;
            message.msg_iov->iov_len -= sent;
        }
    }
};

struct FreeWriterOptions {
    void operator()(fstrm_writer_options* options) const { fstrm_writer_options_destroy(&options); }
};

std::unique_ptr<fstrm_writer_options, FreeWriterOptions> writer_options() {
    std::unique_ptr<fstrm_writer_options, FreeWriterOptions> options(fstrm_writer_options_init());
    (void)fstrm_writer_options_add_content_type(options.get(), kContentType.data(), kContentType.size());
    return options;
}

} // namespace

void FrameStream::Close::operator()(fstrm_writer* writer) const {
    (void)fstrm_writer_destroy(&writer); // says the end, as far as the reader listens
}

Result<FrameStream> FrameStream::begin(fstrm_writer* made, const std::string& path) {
    Writer writer(made);
    if (!writer || fstrm_writer_open(writer.get()) != fstrm_res_success) {
        return Error{Errc::kUnreachable, "cannot write dnstap to " + path};
    }
    return FrameStream(std::move(writer));
}

Result<FrameStream> FrameStream::to_file(const std::string& path) {
    fstrm_file_options* file = fstrm_file_options_init();
    fstrm_file_options_set_file_path(file, path.c_str());
    fstrm_writer* const writer = fstrm_file_writer_init(file, writer_options().get());
    fstrm_file_options_destroy(&file);
    return begin(writer, path);
}

Result<FrameStream> FrameStream::to_socket(const std::string& path) {
    auto socket = std::make_unique<UnixSocket>();
    if (path.size() >= sizeof socket->address.sun_path) {
        return Error{Errc::kBadInput, "the path of a unix socket is at most 107 octets: " + path};
    }
    socket->address.sun_family = AF_UNIX;
    std::memcpy(socket->address.sun_path, path.c_str(), path.size() + 1);
    fstrm_rdwr* rdwr = fstrm_rdwr_init(socket.release());
    fstrm_rdwr_set_open(rdwr, UnixSocket::open);
    fstrm_rdwr_set_close(rdwr, UnixSocket::close);
    fstrm_rdwr_set_destroy(rdwr, UnixSocket::destroy);
    fstrm_rdwr_set_read(rdwr, UnixSocket::read);
    fstrm_rdwr_set_write(rdwr, UnixSocket::write);
    return begin(fstrm_writer_init(writer_options().get(), &rdwr), path);
}

bool FrameStream::write(const std::vector<Bytes>& frames) {
    std::vector<iovec> parts;
    parts.reserve(frames.size());
    for (const Bytes& frame : frames) {
        parts.push_back({const_cast<std::uint8_t*>(frame.data()), frame.size()});
    }
    return fstrm_writer_writev(writer_.get(), parts.data(), static_cast<int>(parts.size())) ==
           fstrm_res_success;
}

} // namespace suanlu::dns
