#include "storage/chdb/library.h"

#include <dlfcn.h>

#include <cstdlib>
#include <string>
#include <system_error>

namespace tetrascope {
namespace {

template <class Function>
bool find_function(void* handle, const char* name, Function*& function) {
  function = reinterpret_cast<Function*>(dlsym(handle, name));
  return function != nullptr;
}

bool find_functions(void* handle, ChdbLibrary& library) {
  return find_function(handle, "chdb_connect", library.connect) &&
         find_function(handle, "chdb_close_conn", library.close_conn) &&
         find_function(handle, "chdb_query_n", library.query_n) &&
         find_function(handle, "chdb_query_with_params_n", library.query_with_params_n) &&
         find_function(handle, "chdb_stream_query_n", library.stream_query_n) &&
         find_function(handle, "chdb_stream_fetch_result", library.stream_fetch_result) &&
         find_function(handle, "chdb_stream_cancel_query", library.stream_cancel_query) &&
         find_function(handle, "chdb_destroy_query_result", library.destroy_query_result) &&
         find_function(handle, "chdb_result_buffer", library.result_buffer) &&
         find_function(handle, "chdb_result_length", library.result_length) &&
         find_function(handle, "chdb_result_storage_rows_read", library.result_storage_rows_read) &&
         find_function(handle, "chdb_result_storage_bytes_read", library.result_storage_bytes_read) &&
         find_function(handle, "chdb_result_error", library.result_error) &&
         find_function(handle, "chdb_stream_insert_n", library.stream_insert_n) &&
         find_function(handle, "chdb_stream_append", library.stream_append) &&
         find_function(handle, "chdb_stream_done", library.stream_done) &&
         find_function(handle, "chdb_stream_insert_error", library.stream_insert_error) &&
         find_function(handle, "chdb_destroy_insert_stream", library.destroy_insert_stream) &&
         find_function(handle, "chdb_set_signal_handlers_enabled", library.set_signal_handlers_enabled);
}

Result<ChdbLibrary> load() {
  std::string looked;
  for (const std::filesystem::path& place : chdb_library_places()) {
    std::error_code ignored;
    if (!std::filesystem::exists(place, ignored)) {
      looked += (looked.empty() ? "" : ", ") + place.string();
      continue;
    }
    // RTLD_LOCAL: the library brings its own copies of many others, and none of them may meet ours.
    void* handle = dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr)
      return fail(ErrorCode::kUnavailable, std::string("cannot load the storage engine: ") + dlerror());
    ChdbLibrary library;
    if (!find_functions(handle, library)) {
      return fail(ErrorCode::kUnavailable, "cannot use the storage engine: " + std::string(dlerror()) + "; is " +
                                               place.string() + " the version that this program was built for?");
    }
    library.set_signal_handlers_enabled(0);  // SIGTERM and the like are the server's own
    return library;
  }
  return fail(ErrorCode::kUnavailable, "the storage engine libchdb.so is not at " + looked +
                                           ": install it there, or set TETRASCOPE_ENGINE to where it is");
}

}  // namespace

std::vector<std::filesystem::path> chdb_library_places() {
  if (const char* chosen = std::getenv("TETRASCOPE_ENGINE"); chosen != nullptr && *chosen != '\0') return {chosen};
  std::error_code ignored;
  const std::filesystem::path folder = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
  return {folder / "libchdb.so", (folder / "../lib/tetrascope/libchdb.so").lexically_normal()};
}

Result<const ChdbLibrary*> load_chdb() {
  static const Result<ChdbLibrary> kLoaded = load();
  if (!kLoaded) return std::unexpected(kLoaded.error());
  return &*kLoaded;
}

}  // namespace tetrascope
