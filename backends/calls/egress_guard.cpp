#include "backends/calls/egress_guard.h"

namespace docket::backends {
namespace {

class EgressGuard final : public Backend {
 public:
  EgressGuard(std::unique_ptr<Backend> inner, std::string name, bool offline)
      : inner_(std::move(inner)), name_(std::move(name)), offline_(offline) {}

  void submit(Request request, Done done) noexcept override {
    if (offline_)
      return done(
          {Error{ErrorClass::withheld,
                 "backend '" + name_ + "' is a cloud model, and --offline lets nothing leave this machine"}});
    if (!request.private_because.empty())
      return done({Error{ErrorClass::withheld, "private: " + request.private_because}});
    inner_->submit(std::move(request), std::move(done));
  }

 private:
  const std::unique_ptr<Backend> inner_;
  const std::string name_;
  const bool offline_;
};

}  // namespace

std::unique_ptr<Backend> make_egress_guard(std::unique_ptr<Backend> inner, std::string name,
                                           Location location, bool offline) {
  if (location == Location::local) return inner;
  return std::make_unique<EgressGuard>(std::move(inner), std::move(name), offline);
}

}  // namespace docket::backends
