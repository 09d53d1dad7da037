#pragma once
// Which item an occurrence belongs to, and how it is called (dossier 2.1 and 2.5).

#include <string>
#include <string_view>
#include <vector>

namespace tetrascope::rollbar {

struct Frame {
  std::string_view filename, method;
};
struct ExceptionPart {
  std::string_view type, message;
  std::vector<Frame> frames;
};

/// The documented default: file and method names of all frames and the exceptions' classes; no line numbers, no
/// messages. Dates, hashes and longer numbers are left out of paths and methods, frames of runtimes are skipped, and
/// `root` counts the same wherever it lies. Without a usable frame the class and the message count.
/// 40 hex digits (SHA-1). `chain`: the caught exception first.
std::string fingerprint_of_exception(const std::vector<ExceptionPart>& chain, std::string_view root);
/// The message without what looks like data: dates, addresses, numbers of two digits and more, hashes. Numbers that
/// follow a word such as `status` stay.
std::string fingerprint_of_message(std::string_view message);
/// Longer ones than 40 bytes count by their hash.
std::string fingerprint_of_client(std::string_view fingerprint);

/// Lower-case hex.
std::string sha1_hex(std::string_view bytes);

std::string normalised_path(std::string_view path, std::string_view root);
std::string normalised_method(std::string_view method);
std::string normalised_message(std::string_view message);

}  // namespace tetrascope::rollbar
