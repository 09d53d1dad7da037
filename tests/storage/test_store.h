#pragma once
// A store that a test may fill: empty at first, gone with the object.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "storage/engine_node.h"
#include "storage/storage.h"

namespace tetrascope {

enum class TestEngine {
  kChdb,    ///< ClickHouse in this process
  kServer,  ///< a ClickHouse server in a process of its own, over HTTP
};

/// What TETRASCOPE_TEST_ENGINE says (chdb or server); without it chdb, or server in a sanitized build, into which the
/// library cannot be loaded.
TestEngine chosen_test_engine();
/// The engine chosen by TETRASCOPE_TEST_ENGINE; without it every engine that this build can run.
std::vector<TestEngine> possible_test_engines();
std::string name_of(TestEngine engine);

/// One at a time in a process where it is kChdb.
class TestStore {
 public:
  /// Ends the test program with a message when it cannot be opened: there is nothing to test then.
  explicit TestStore(TestEngine engine = chosen_test_engine());
  /// On a directory that is there already, and stays.
  TestStore(TestEngine engine, std::filesystem::path data_dir);
  ~TestStore();
  TestStore(const TestStore&) = delete;
  TestStore& operator=(const TestStore&) = delete;

  Storage& operator*() { return *storage_; }
  Storage* operator->() { return storage_.get(); }
  [[nodiscard]] const std::filesystem::path& data_dir() const { return data_dir_; }

  /// Closes the store and opens it again, as a restart does.
  void reopen();
  /// As `kill -9` does to the server; of kServer only.
  void kill_server() { node_.kill(); }

 private:
  void open();
  void close();

  TestEngine engine_;
  std::filesystem::path data_dir_;
  bool temporary_;
  EngineNode node_;
  std::unique_ptr<Storage> storage_;
};

/// A fresh directory below the system's temporary one.
std::filesystem::path make_temporary_directory();

}  // namespace tetrascope
