#include "slices/rollbar/grouping.h"

#include <openssl/sha.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "base/ids.h"

namespace tetrascope::rollbar {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex_digit(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool has_digit(std::string_view text) { return std::ranges::any_of(text, is_digit); }
bool has_run(std::string_view text, bool (*counts)(char), std::size_t length) {
  std::size_t run = 0;
  return std::ranges::any_of(text, [&](char c) { return (run = counts(c) ? run + 1 : 0) == length; });
}

/// Frames of runtimes and loaders: which of them stand in a stack says nothing of the error.
bool is_boilerplate(std::string_view filename) {
  constexpr std::array<std::string_view, 6> kRuntimes = {"node:",       "internal/",     "<frozen ",
                                                         "<anonymous>", "[native code]", "(unknown)"};
  return std::ranges::any_of(kRuntimes, [&](std::string_view start) { return filename.starts_with(start); });
}

/// Without scheme, host, query and fragment: the same script is served from many places.
std::string_view path_of_url(std::string_view path) {
  const auto scheme = path.find("://");
  if (scheme == std::string_view::npos || scheme > 10) return path;
  path = path.substr(0, path.find_first_of("?#"));
  const auto slash = path.find('/', scheme + 3);
  return slash == std::string_view::npos ? std::string_view("/") : path.substr(slash);
}

constexpr std::size_t kMostMessage = 4'096;  // bytes of a message that count

}  // namespace

std::string sha1_hex(std::string_view bytes) {
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  return to_hex(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

std::string normalised_path(std::string_view path, std::string_view root) {
  std::string text;
  while (root.ends_with('/')) root.remove_suffix(1);
  if (!root.empty() && path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/')) {
    text = "<root>";
    text += path.substr(root.size());
  } else {
    text = path_of_url(path);
  }
  std::ranges::replace(text, '\\', '/');
  // Most paths have neither, and an item has hundreds of frames: the expressions are asked where they can match.
  static const RE2 kDate(R"(\d{4}[-_.]?[01]\d[-_.]?[0-3]\d(?:[-_.T]?\d{2,6})?)");
  static const RE2 kHash(R"(\b[0-9a-fA-F]{7,64}\b)");
  if (!has_digit(text)) return text;
  if (has_run(text, is_digit, 4)) RE2::GlobalReplace(&text, kDate, "");
  if (has_run(text, is_hex_digit, 7)) RE2::GlobalReplace(&text, kHash, "");
  return text;
}

std::string normalised_method(std::string_view method) {
  std::string text;
  for (std::size_t i = 0; i < method.size();) {
    std::size_t end = i;
    while (end < method.size() && is_digit(method[end])) ++end;
    if (end - i < 2) {
      text += method[i++];
    } else {
      i = end;
    }
  }
  return text;
}

std::string normalised_message(std::string_view message) {
  // The first group keeps what it matches, the second is replaced; a hash needs a digit, or words would be ones.
  static const RE2 kTokens(
      R"(((?i:\b(?:status(?:[ _]code)?|code|errno|error|http(?:/\d(?:\.\d)?)?)[ :=#]{1,3}\d{1,5}\b))|)"
      R"((\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b|\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?|)"
      R"(\b\d{1,3}(?:\.\d{1,3}){3}\b|\b\d\d:\d\d(?::\d\d)?\b|\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b|)"
      R"(\b0x[0-9a-fA-F]+\b|\b[0-9a-fA-F]{4,}\b|\d+\.\d+|\d{2,}))");
  message = message.substr(0, kMostMessage);
  std::string text;
  re2::StringPiece rest(message.data(), message.size());
  const char* copied = message.data();
  re2::StringPiece kept, replaced;
  while (RE2::FindAndConsume(&rest, kTokens, &kept, &replaced)) {
    const std::string_view found(replaced.data(), replaced.size());
    if (!has_digit(found) && found.find('@') == std::string_view::npos) continue;
    text.append(copied, replaced.data());
    text += '*';
    copied = replaced.data() + replaced.size();
  }
  text.append(copied, message.data() + message.size());
  return text;
}

std::string fingerprint_of_exception(const std::vector<ExceptionPart>& chain, std::string_view root) {
  std::string input = "exception\n";
  std::size_t usable = 0;
  for (const ExceptionPart& exception : chain) {
    std::string before;
    for (const Frame& frame : exception.frames) {
      if (is_boilerplate(frame.filename)) continue;
      std::string line = normalised_path(frame.filename, root) + "|" + normalised_method(frame.method) + "\n";
      ++usable;
      if (line == before) continue;  // recursion: how deep it went says nothing
      input += line;
      before = std::move(line);
    }
    input.append(exception.type).append("\n");
  }
  if (usable == 0 && !chain.empty()) input += normalised_message(chain.front().message);
  return sha1_hex(input);
}

std::string fingerprint_of_message(std::string_view message) {
  return sha1_hex("message\n" + normalised_message(message));
}

std::string fingerprint_of_client(std::string_view fingerprint) {
  return fingerprint.size() <= 40 ? std::string(fingerprint) : sha1_hex(fingerprint);
}

}  // namespace tetrascope::rollbar
