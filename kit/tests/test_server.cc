#include "test_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

namespace tetrascope::kit::test {
namespace {

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::string inflated(const std::string& zipped) {
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(zipped.data()));
  stream.avail_in = static_cast<uInt>(zipped.size());
  std::string out;
  char piece[65536];
  int code = Z_OK;
  while (code == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(piece);
    stream.avail_out = sizeof piece;
    code = inflate(&stream, Z_NO_FLUSH);
    out.append(piece, sizeof piece - stream.avail_out);
  }
  inflateEnd(&stream);
  return code == Z_STREAM_END ? out : "not gzip";
}

/// A context with a certificate that nobody trusts unless told to, made on the spot; `pem`: that certificate.
SSL_CTX* self_signed(std::string& pem) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("test server"), -1, -1, 0);
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  X509_set_version(certificate, X509_VERSION_3);
  X509_EXTENSION* address = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
  X509_add_ext(certificate, address, -1);
  X509_EXTENSION_free(address);
  X509_sign(certificate, key, EVP_sha256());
  BIO* text = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(text, certificate);
  char* begin = nullptr;
  const long size = BIO_get_mem_data(text, &begin);
  pem.assign(begin, static_cast<std::size_t>(size));
  BIO_free(text);
  SSL_CTX_use_certificate(context, certificate);
  SSL_CTX_use_PrivateKey(context, key);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return context;
}

int listen_somewhere(int& port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(socket, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(socket, 64) != 0) {
    throw std::runtime_error("no port to listen on");
  }
  getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  port = ntohs(address.sin_port);
  return socket;
}

struct Channel {
  int socket;
  SSL* ssl;
  ssize_t read(char* to, std::size_t size) const {
    return ssl != nullptr ? SSL_read(ssl, to, static_cast<int>(size)) : recv(socket, to, size, 0);
  }
  void write(const std::string& data) const {
    for (std::size_t done = 0; done < data.size();) {
      const ssize_t sent = ssl != nullptr ? SSL_write(ssl, data.data() + done, static_cast<int>(data.size() - done))
                                          : send(socket, data.data() + done, data.size() - done, MSG_NOSIGNAL);
      if (sent <= 0) return;
      done += static_cast<std::size_t>(sent);
    }
  }
};

/// False when the client has gone.
bool read_request(const Channel& channel, std::string& pending, Received& request) {
  char piece[65536];
  const auto more = [&] {
    const ssize_t got = channel.read(piece, sizeof piece);
    if (got > 0) pending.append(piece, static_cast<std::size_t>(got));
    return got > 0;
  };
  std::size_t head = 0;
  while ((head = pending.find("\r\n\r\n")) == std::string::npos) {
    if (!more()) return false;
  }
  std::size_t at = pending.find("\r\n");
  const std::string first = pending.substr(0, at);
  request.method = first.substr(0, first.find(' '));
  request.path = first.substr(request.method.size() + 1, first.rfind(' ') - request.method.size() - 1);
  while (at < head) {
    const std::size_t end = pending.find("\r\n", at + 2);
    const std::string line = pending.substr(at + 2, end - at - 2);
    const std::size_t colon = line.find(':');
    if (colon != std::string::npos) {
      const std::size_t value = line.find_first_not_of(' ', colon + 1);
      request.headers[lower(line.substr(0, colon))] = value == std::string::npos ? "" : line.substr(value);
    }
    at = end;
  }
  const auto length = request.headers.find("content-length");
  const std::size_t size = length == request.headers.end() ? 0 : std::strtoul(length->second.c_str(), nullptr, 10);
  while (pending.size() < head + 4 + size) {
    if (!more()) return false;
  }
  request.body = pending.substr(head + 4, size);
  pending.erase(0, head + 4 + size);
  if (request.headers["content-encoding"] == "gzip") request.body = inflated(request.body);
  return true;
}

}  // namespace

TestServer::TestServer(Answer answer, bool tls) : answer_(std::move(answer)) {
  std::signal(SIGPIPE, SIG_IGN);
  if (tls) tls_ = self_signed(certificate_);
  listener_ = listen_somewhere(port_);
  acceptor_ = std::thread([this] { serve(); });
}

TestServer::~TestServer() {
  stopping_ = true;
  acceptor_.join();
  {
    std::lock_guard lock(mutex_);
    for (const int socket : sockets_) shutdown(socket, SHUT_RDWR);
  }
  for (auto& thread : threads_) thread.join();
  for (const int socket : sockets_) close(socket);
  close(listener_);
  if (tls_ != nullptr) SSL_CTX_free(static_cast<SSL_CTX*>(tls_));
}

std::string TestServer::url(const std::string& path) const {
  return (tls_ != nullptr ? "https" : "http") + ("://127.0.0.1:" + std::to_string(port_)) + path;
}

std::vector<Received> TestServer::received() {
  std::lock_guard lock(mutex_);
  return received_;
}

std::vector<Received> TestServer::wait_for(std::size_t count) {
  std::unique_lock lock(mutex_);
  came_.wait_for(lock, std::chrono::seconds(10), [&] { return received_.size() >= count; });
  return received_;
}

void TestServer::serve() {
  while (!stopping_) {
    pollfd waiting{listener_, POLLIN, 0};
    if (poll(&waiting, 1, 20) <= 0) continue;
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    std::lock_guard lock(mutex_);
    sockets_.push_back(socket);
    threads_.emplace_back([this, socket] { converse(socket); });
  }
}

void TestServer::converse(int socket) {
  Channel channel{socket, nullptr};
  if (tls_ != nullptr) {
    channel.ssl = SSL_new(static_cast<SSL_CTX*>(tls_));
    SSL_set_fd(channel.ssl, socket);
  }
  if (channel.ssl == nullptr || SSL_accept(channel.ssl) == 1) {
    std::string pending;
    for (Received request; read_request(channel, pending, request); request = {}) {
      {
        std::lock_guard lock(mutex_);
        received_.push_back(request);
        came_.notify_all();
      }
      const Reply reply = answer_(request);
      for (long waited = 0; waited < reply.delay_ms && !stopping_; waited += 10) usleep(10'000);
      std::string text = "HTTP/1.1 " + std::to_string(reply.status) + " So\r\n";
      for (const auto& [name, value] : reply.headers) text.append(name).append(": ").append(value).append("\r\n");
      text += "Content-Length: " + std::to_string(reply.body.size()) + "\r\n\r\n" + reply.body;
      if (reply.close_after >= 0) {
        channel.write(text.substr(0, static_cast<std::size_t>(reply.close_after)));
        break;
      }
      channel.write(text);
    }
  }
  if (channel.ssl != nullptr) SSL_free(channel.ssl);
  shutdown(socket, SHUT_RDWR);
}

int dead_port() {
  int port = 0;
  close(listen_somewhere(port));
  return port;
}

}  // namespace tetrascope::kit::test
