#include "pipeline/support/result.h"

namespace docket {

std::string_view name(ErrorClass error_class) {
  switch (error_class) {
    case ErrorClass::config:
      return "config";
    case ErrorClass::unreadable:
      return "unreadable";
    case ErrorClass::unsupported:
      return "unsupported";
    case ErrorClass::encrypted:
      return "encrypted";
    case ErrorClass::empty:
      return "empty";
    case ErrorClass::damaged:
      return "damaged";
    case ErrorClass::timeout:
      return "timeout";
    case ErrorClass::memory:
      return "memory";
    case ErrorClass::output_limit:
      return "output_limit";
    case ErrorClass::limit:
      return "limit";
    case ErrorClass::crash:
      return "crash";
    case ErrorClass::condition:
      return "condition";
    case ErrorClass::unavailable:
      return "unavailable";
    case ErrorClass::unreachable:
      return "unreachable";
    case ErrorClass::transport:
      return "transport";
    case ErrorClass::transient:
      return "transient";
    case ErrorClass::too_long:
      return "too_long";
    case ErrorClass::withheld:
      return "withheld";
    case ErrorClass::rejected:
      return "rejected";
    case ErrorClass::content:
      return "content";
    case ErrorClass::output:
      return "output";
    case ErrorClass::cancelled:
      return "cancelled";
    case ErrorClass::bug:
      return "bug";
  }
  return "bug";
}

}  // namespace docket
