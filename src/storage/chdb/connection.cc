#include "storage/chdb/connection.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "storage/engine_settings.h"

namespace tetrascope {
namespace {

constexpr std::string_view kAnswerFormat = "RowBinaryWithNamesAndTypes";
constexpr std::string_view kInsertFormat = "Native";
/// Rows are handed over in pieces, which the engine parses while the next is copied: no second copy of a whole batch.
constexpr std::size_t kAppendBytes = std::size_t{1} << 20;

using ResultPtr = std::unique_ptr<ChdbLibrary::QueryResult, void (*)(ChdbLibrary::QueryResult*)>;

std::optional<std::string> as_error(const char* text) {
  if (text == nullptr || *text == '\0') return std::nullopt;
  return std::string(text);
}

/// Parameters as the C function wants them: four arrays side by side. The names belong to the statement.
struct ParameterArrays {
  explicit ParameterArrays(const Statement& statement) {
    for (const Statement::Parameter& parameter : statement.parameters) escaped.push_back(escape_parameter(parameter));
    for (std::size_t i = 0; i < escaped.size(); ++i) {
      names.push_back(statement.parameters[i].name.data());
      name_sizes.push_back(statement.parameters[i].name.size());
      values.push_back(escaped[i].data());
      value_sizes.push_back(escaped[i].size());
    }
  }
  std::vector<std::string> escaped;
  std::vector<const char*> names, values;
  std::vector<std::size_t> name_sizes, value_sizes;
};

}  // namespace

Result<ChdbConnection> ChdbConnection::open(const ChdbLibrary& library, const std::vector<std::string>& arguments) {
  std::vector<std::string> words = {"tetrascope"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  ChdbLibrary::Connection** handle = library.connect(static_cast<int>(argv.size()), argv.data());
  if (handle == nullptr || *handle == nullptr)
    return fail(ErrorCode::kUnavailable, "the storage engine does not start");
  return ChdbConnection(library, handle);
}

ChdbConnection::ChdbConnection(ChdbConnection&& other) noexcept
    : library_(other.library_),
      handle_(std::exchange(other.handle_, nullptr)),
      bounds_in_force_(std::move(other.bounds_in_force_)) {}

ChdbConnection::~ChdbConnection() {
  if (handle_ != nullptr) library_->close_conn(handle_);
}

std::optional<std::string> ChdbConnection::bound_by(const QueryBounds& bounds) {
  std::string sql;
  for (const auto& [name, value] : bound_settings(bounds)) {
    sql += sql.empty() ? "SET " : ", ";
    sql += std::string(name) + "=" + value;
  }
  if (sql == bounds_in_force_) return std::nullopt;
  const ResultPtr result(
      library_->query_n(*handle_, sql.data(), sql.size(), kAnswerFormat.data(), kAnswerFormat.size()),
      library_->destroy_query_result);
  std::optional<std::string> error = as_error(library_->result_error(result.get()));
  bounds_in_force_ = error ? "" : sql;
  return error;
}

Result<ChdbConnection::Answer> ChdbConnection::query(const Statement& statement, const QueryBounds* bounds) {
  Answer answer;
  if (bounds != nullptr) {
    answer.error = bound_by(*bounds);
    if (answer.error) return answer;
  }
  const ParameterArrays parameters(statement);
  const ResultPtr result(
      library_->query_with_params_n(*handle_, statement.sql.data(), statement.sql.size(), kAnswerFormat.data(),
                                    kAnswerFormat.size(), parameters.names.data(), parameters.name_sizes.data(),
                                    parameters.values.data(), parameters.value_sizes.data(), parameters.names.size()),
      library_->destroy_query_result);
  answer.error = as_error(library_->result_error(result.get()));
  if (answer.error) {
    drop_unsent();
    return answer;
  }
  const char* bytes = library_->result_buffer(result.get());
  const std::size_t size = bytes == nullptr ? 0 : library_->result_length(result.get());
  ASSIGN_OR_RETURN(answer.rows, decode_row_binary({bytes, size}));
  answer.rows.rows_read = library_->result_storage_rows_read(result.get());
  answer.rows.bytes_read = library_->result_storage_bytes_read(result.get());
  return answer;
}

/// What a query had written before it failed stands in front of the connection's next answer (26.7): take it away.
void ChdbConnection::drop_unsent() {
  constexpr std::string_view kAny = "SELECT 1";
  const ResultPtr result(
      library_->query_n(*handle_, kAny.data(), kAny.size(), kAnswerFormat.data(), kAnswerFormat.size()),
      library_->destroy_query_result);
}

ChdbConnection::InsertStream::InsertStream(const ChdbLibrary& library, ChdbLibrary::InsertStream* stream)
    : library_(&library), stream_(stream, library.destroy_insert_stream) {}

bool ChdbConnection::InsertStream::append(std::string_view bytes) {
  if (as_error(library_->stream_insert_error(stream_.get()))) return false;
  for (std::size_t at = 0; at < bytes.size(); at += kAppendBytes) {
    const std::string_view piece = bytes.substr(at, kAppendBytes);
    if (library_->stream_append(stream_.get(), piece.data(), piece.size()) != 0) return false;
  }
  return true;
}

std::optional<std::string> ChdbConnection::InsertStream::finish() {
  if (std::optional<std::string> error = as_error(library_->stream_insert_error(stream_.get()))) return error;
  const ResultPtr result(library_->stream_done(stream_.get()), library_->destroy_query_result);
  return as_error(library_->result_error(result.get()));
}

ChdbConnection::InsertStream ChdbConnection::stream_insert(const std::string& sql, std::string_view format) {
  return {*library_, library_->stream_insert_n(*handle_, sql.data(), sql.size(), format.data(), format.size())};
}

std::optional<std::string> ChdbConnection::insert(const std::string& sql, std::string_view native) {
  InsertStream stream = stream_insert(sql, kInsertFormat);
  stream.append(native);  // finish() says what went wrong
  return stream.finish();
}

Result<std::optional<std::string>> ChdbConnection::stream_query(const std::string& sql,
                                                                const std::function<Result<void>(Rows&&)>& take) {
  const ResultPtr stream(
      library_->stream_query_n(*handle_, sql.data(), sql.size(), kAnswerFormat.data(), kAnswerFormat.size()),
      library_->destroy_query_result);
  if (auto error = as_error(library_->result_error(stream.get()))) return error;
  for (;;) {
    const ResultPtr piece(library_->stream_fetch_result(*handle_, stream.get()), library_->destroy_query_result);
    if (auto error = as_error(library_->result_error(piece.get()))) return error;
    const std::size_t size = library_->result_length(piece.get());
    if (size == 0) return std::nullopt;
    auto rows = decode_row_binary({library_->result_buffer(piece.get()), size});
    const auto taken = rows ? take(*std::move(rows)) : std::unexpected(rows.error());
    if (taken) continue;
    library_->stream_cancel_query(*handle_, stream.get());
    return std::unexpected(taken.error());
  }
}

}  // namespace tetrascope
