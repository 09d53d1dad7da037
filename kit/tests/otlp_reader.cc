#include "otlp_reader.h"

#include <protozero/pbf_reader.hpp>

namespace tetrascope::kit::test {
namespace {

using protozero::pbf_reader;
using Map = std::map<std::string, std::string>;

std::string hex(const std::string& bytes) {
  std::string out;
  char pair[3];
  for (const char c : bytes) {
    std::snprintf(pair, sizeof pair, "%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
    out += pair;
  }
  return out;
}

std::string any(pbf_reader value) {
  std::string out;
  while (value.next()) {
    switch (value.tag()) {
      case 1:
        out = value.get_string();
        break;
      case 2:
        out = value.get_bool() ? "true" : "false";
        break;
      case 3:
        out = std::to_string(value.get_int64());
        break;
      case 4:
        out = std::to_string(value.get_double());
        break;
      case 5: {
        pbf_reader array = value.get_message();
        out = "[";
        while (array.next(1)) out += (out.size() > 1 ? "," : "") + any(array.get_message());
        out += "]";
        break;
      }
      default:
        value.skip();
    }
  }
  return out;
}

void attribute(pbf_reader key_value, Map& into) {
  std::string key;
  std::string value;
  while (key_value.next()) {
    if (key_value.tag() == 1) {
      key = key_value.get_string();
    } else if (key_value.tag() == 2) {
      value = any(key_value.get_message());
    } else {
      key_value.skip();
    }
  }
  into[key] = value;
}

ReadSpan span(pbf_reader in) {
  ReadSpan out;
  while (in.next()) {
    switch (in.tag()) {
      case 1:
        out.trace_id = hex(in.get_bytes());
        break;
      case 2:
        out.span_id = hex(in.get_bytes());
        break;
      case 3:
        out.tracestate = in.get_string();
        break;
      case 4:
        out.parent_id = hex(in.get_bytes());
        break;
      case 5:
        out.name = in.get_string();
        break;
      case 6:
        out.kind = in.get_enum();
        break;
      case 7:
        out.start = in.get_fixed64();
        break;
      case 8:
        out.end = in.get_fixed64();
        break;
      case 9:
        attribute(in.get_message(), out.attributes);
        break;
      case 10:
        out.dropped_attributes = in.get_uint32();
        break;
      case 11: {
        auto& [name, attributes] = out.events.emplace_back();
        pbf_reader event = in.get_message();
        while (event.next()) {
          if (event.tag() == 2) {
            name = event.get_string();
          } else if (event.tag() == 3) {
            attribute(event.get_message(), attributes);
          } else {
            event.skip();
          }
        }
        break;
      }
      case 12:
        out.dropped_events = in.get_uint32();
        break;
      case 13: {
        pbf_reader link = in.get_message();
        while (link.next()) {
          if (link.tag() == 1) {
            out.links.push_back(hex(link.get_bytes()));
          } else {
            link.skip();
          }
        }
        break;
      }
      case 14:
        out.dropped_links = in.get_uint32();
        break;
      case 15: {
        pbf_reader status = in.get_message();
        while (status.next()) {
          if (status.tag() == 2) {
            out.status_message = status.get_string();
          } else if (status.tag() == 3) {
            out.status = status.get_enum();
          } else {
            status.skip();
          }
        }
        break;
      }
      case 16:
        out.flags = in.get_fixed32();
        break;
      default:
        in.skip();
    }
  }
  return out;
}

}  // namespace

ReadRequest read_request(std::string_view body) {
  ReadRequest out;
  pbf_reader request(body.data(), body.size());
  while (request.next(1)) {
    pbf_reader resource_spans = request.get_message();
    while (resource_spans.next()) {
      if (resource_spans.tag() == 1) {
        pbf_reader resource = resource_spans.get_message();
        while (resource.next(1)) attribute(resource.get_message(), out.resource);
        continue;
      }
      pbf_reader scope_spans = resource_spans.get_message();
      std::string scope;
      while (scope_spans.next()) {
        const bool is_scope = scope_spans.tag() == 1;  // gone once the message is taken
        pbf_reader inner = scope_spans.get_message();
        if (is_scope) {
          while (inner.next(1)) scope = inner.get_string();
        } else {
          out.spans.push_back(span(inner));
          out.spans.back().scope = scope;
        }
      }
    }
  }
  return out;
}

}  // namespace tetrascope::kit::test
