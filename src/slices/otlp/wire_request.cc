#include "slices/otlp/wire_request.h"

namespace tetrascope::otlp {

WireRequest::Group WireRequest::read_group(std::string_view message) {
  Group group;
  for (Fields fields(message); fields.next();) {
    switch (fields.number()) {
      case 1:
        group.producer = fields.bytes();
        break;
      case 3:
        group.schema_url = fields.text();
        break;
      default:
        fields.skip();
    }
  }
  return group;
}

Result<ProducerTextPtr> WireRequest::producer(Producer kind, const Group& group) {
  return ProducerCache::of_this_thread().get(kind, group.producer, group.schema_url, [&]() -> Result<ProducerText> {
    scratch_.clear();
    scratch_.schema_url = group.schema_url;
    if (kind == Producer::kResource) {
      read_resource(group.producer, scratch_, budget_);
    } else {
      read_scope(group.producer, scratch_, budget_);
    }
    return producer_text(kind, scratch_);
  });
}

std::unexpected<Error> WireRequest::malformed(std::string_view what) const {
  return fail(ErrorCode::kMalformed,
              fmt::format("not the protobuf it should be: {}, in or after {} {} of scope {} of resource {}", what,
                          record_name_, record_, scope_, resource_));
}

std::unexpected<Error> WireRequest::too_much() {
  return fail(ErrorCode::kTooLarge,
              "the request holds too many records to be taken at once; send fewer in each request");
}

}  // namespace tetrascope::otlp
