#include "backends/calls/egress_guard.h"

namespace docket::backends {
namespace {

class EgressGuard final : public Backend {
 public:
  EgressGuard(std::unique_ptr<Backend> inner, std::string name, bool offline)
      : inner_(std::move(inner)), name_(std::move(name)), offline_(offline) {}

  void submit(Request request, Done done) noexcept override {
    // What the policy keeps here stays, also in the next run without --offline: so that is said first.
    if (!request.private_because.empty())
      return done({Error{ErrorClass::withheld, "policy: private", request.private_because}});
    if (offline_)
      return done(
          {Error{ErrorClass::withheld, "offline",
                 "backend '" + name_ + "' is in the cloud, and --offline lets nothing leave this machine"}});
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
