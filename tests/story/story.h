#pragma once
// A .case file played against a server: what is sent, what comes back, the SQL that a question became.
//
//   --- send METHOD PATH     lines `Header: value`, and `@gzip`, `@msgpack` (the JSON body is sent so); a blank line;
//   the body
//   --- poll METHOD PATH     the same, again and again until the answer is complete (its member says so) or refused
//   --- ask DATASET          a query specification: created, asked, waited for; what follows is about the answer's
//   `data`.
//                            Lines `name: value` before a blank line go into the request for the result.
//   --- expect STATUS        of the answer before: lines `Header: text that it has`, a blank line, JSON as match_json.h
//   says
//   --- answer               `data` of the question before, JSON as match_json.h says
//   --- sql                  statements of the question before; TETRASCOPE_UPDATE_CASES=1 writes them
//
// Every request has the key of `key:` in the remark, unless it says so itself; {{…}} as in substitute.h.

#include <string>

#include "query/case_file.h"
#include "story/server_in_process.h"
#include "story/substitute.h"

namespace tetrascope {

class Story {
 public:
  Story(CaseFile file, ServerInProcess& server);

  /// Plays it to its end, or to the first difference, which it gives back with its section; "" when all was as
  /// expected.
  std::string play(bool update);

 private:
  std::string step(CaseSection& section, bool update);
  std::string send(const CaseSection& section, bool poll);
  std::string ask(const CaseSection& section);
  std::string expect(const CaseSection& section);
  std::string answer(const CaseSection& section);
  std::string sql(CaseSection& section, bool update);
  Request request(std::string_view heading, const std::string& text) const;
  Request json_request(std::string method, std::string path, std::string body) const;

  CaseFile file_;
  ServerInProcess& server_;
  StoryNames names_;
  std::string key_;
  Response response_;
};

}  // namespace tetrascope
