#include "cli/span_export.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <future>
#include <memory>
#include <stop_token>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/http/address.h"
#include "backends/http/http.h"
#include "cli/report/spans.h"
#include "cli/version.h"
#include "pipeline/ledger/reader.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/utf8.h"

namespace docket {
namespace {

using backends::HttpReply;
using backends::HttpRequest;

constexpr std::string_view traces_path = "/v1/traces";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// `%20` is a blank.
std::string without_percents(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    int byte = 0;
    const auto digit = [](char c) {
      return c >= '0' && c <= '9'   ? c - '0'
             : c >= 'a' && c <= 'f' ? c - 'a' + 10
             : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                    : -1;
    };
    if (text[at] == '%' && at + 2 < text.size() && digit(text[at + 1]) >= 0 && digit(text[at + 2]) >= 0) {
      byte = digit(text[at + 1]) * 16 + digit(text[at + 2]);
      plain += static_cast<char>(byte);
      at += 2;
    } else {
      plain += text[at];
    }
  }
  return plain;
}

/// `api-key=secret,x=y` as headers.
std::vector<std::string> headers_of_environment() {
  std::string given = variable("OTEL_EXPORTER_OTLP_TRACES_HEADERS");
  if (given.empty()) given = variable("OTEL_EXPORTER_OTLP_HEADERS");
  std::vector<std::string> headers = {"Content-Type: application/json"};
  for (std::size_t begin = 0; begin < given.size();) {
    const std::size_t end = std::min(given.find(',', begin), given.size());
    const std::string_view pair = std::string_view(given).substr(begin, end - begin);
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && equals > 0)
      headers.push_back(without_percents(pair.substr(0, equals)) + ": " +
                        without_percents(pair.substr(equals + 1)));
    begin = end + 1;
  }
  return headers;
}

/// What is wrong with the collector's reply; empty: nothing.
std::string complaint_of(const HttpReply& reply) {
  constexpr std::size_t most_of_its_words = 200;
  if (reply.status < 200 || reply.status >= 300)
    return "it answered HTTP " + std::to_string(reply.status) +
           (reply.body.empty() ? "" : ": " + excerpt(reply.body, most_of_its_words));
  const auto body = nlohmann::json::parse(reply.body, nullptr, false);
  if (!body.is_object() || !body.contains("partialSuccess") || !body["partialSuccess"].is_object()) return "";
  const nlohmann::json rejected = body["partialSuccess"].value("rejectedSpans", nlohmann::json(0));
  if (rejected == 0 || rejected == "0") return "";
  return "it rejected " + (rejected.is_string() ? rejected.get<std::string>() : rejected.dump()) + " spans";
}

class Collector {
 public:
  Collector(std::string endpoint, const backends::Address& address, const SpanOptions& options)
      : endpoint_(std::move(endpoint)),
        is_local_(backends::location_of(address) == Location::local),
        options_(options),
        headers_(headers_of_environment()),
        loop_(options.stop) {}

  /// False: it has refused some before, and no more are to be made.
  bool send(const std::string& body) {
    constexpr std::size_t most_under_way = 4;
    while (under_way_.size() >= most_under_way)
      take_reply();
    if (problem_.empty() && options_.stop.stop_requested()) problem_ = "the run was stopped";
    if (problem_.empty() && left() <= std::chrono::milliseconds(0)) problem_ = "it takes too long";
    if (!problem_.empty()) return false;
    HttpRequest request;
    request.url = endpoint_;
    request.headers = headers_;
    request.body = body;
    request.limits.total = std::min<std::chrono::milliseconds>(std::chrono::seconds(10), left());
    request.limits.first_byte = request.limits.total;
    request.limits.connect =
        std::min<std::chrono::milliseconds>(std::chrono::seconds(3), request.limits.total);
    request.through_proxy = !is_local_;
    request.only_locally = options_.only_locally;
    const auto promise = std::make_shared<std::promise<Result<HttpReply>>>();
    under_way_.push_back(promise->get_future());
    loop_.send(std::move(request),
               [promise](Result<HttpReply> reply) { promise->set_value(std::move(reply)); });
    return true;
  }

  /// Waits for all replies. The first that was no consent; empty: all are sent.
  const std::string& finish() {
    while (!under_way_.empty())
      take_reply();
    return problem_;
  }

 private:
  std::chrono::milliseconds left() const {
    if (!options_.longest) return std::chrono::milliseconds::max();
    return std::chrono::ceil<std::chrono::milliseconds>(begin_ + *options_.longest -
                                                        std::chrono::steady_clock::now());
  }

  void take_reply() {
    const Result<HttpReply> reply = under_way_.front().get();
    under_way_.pop_front();
    if (problem_.empty()) problem_ = reply ? complaint_of(*reply) : reply.error().message;
  }

  const std::string endpoint_;
  const bool is_local_;
  const SpanOptions options_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  const std::vector<std::string> headers_;
  std::string problem_;
  std::deque<std::future<Result<HttpReply>>> under_way_;
  backends::HttpLoop loop_;
};

}  // namespace

std::string span_endpoint(const std::string& url) {
  if (url.ends_with(traces_path)) return url;
  return url + std::string(url.ends_with('/') ? traces_path.substr(1) : traces_path);
}

std::optional<std::string> span_endpoint_of_environment() {
  if (to_lower(variable("OTEL_SDK_DISABLED")) == "true" ||
      to_lower(variable("OTEL_TRACES_EXPORTER")) == "none")
    return std::nullopt;
  if (const std::string traces = variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"); !traces.empty())
    return traces;
  const std::string all = variable("OTEL_EXPORTER_OTLP_ENDPOINT");
  return all.empty() ? std::nullopt : std::optional(span_endpoint(all));
}

std::optional<Error> export_spans(const std::filesystem::path& output, const nlohmann::ordered_json& report,
                                  const std::string& endpoint, const SpanOptions& options) {
  const auto refused = [&](const std::string& why) {
    return Error{ErrorClass::unavailable,
                 "spans were not sent to " + backends::shown_address(endpoint) + ": " + why};
  };
  const Result<backends::Address> address = backends::parse_address(endpoint);
  if (!address) return refused(address.error().message);
  if (options.only_locally && backends::location_of(*address) != Location::local)
    return refused("--offline, and the collector is not on this machine's network");
  auto ledger = LedgerReader::open(output);
  if (!ledger) return ledger.error();
  std::string service = variable("OTEL_SERVICE_NAME");
  if (service.empty()) service = "docket";
  Collector collector(endpoint, *address, options);
  if (auto failed = spans_of_run(ledger->database(), report, service, version,
                                 [&](const std::string& body) { return collector.send(body); }))
    return failed;
  const std::string& problem = collector.finish();
  return problem.empty() ? std::nullopt : std::optional(refused(problem));
}

}  // namespace docket
