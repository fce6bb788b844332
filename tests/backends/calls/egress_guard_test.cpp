#include "backends/calls/egress_guard.h"

#include <gtest/gtest.h>

#include "tests/held_backend.h"

namespace docket::backends {
namespace {

class EgressGuard : public testing::Test {
 protected:
  const CallOutcome& ask(Location location, bool offline, const std::string& private_because = "") {
    backend_ = make_egress_guard(std::make_unique<HeldBackend>(calls_), "far", location, offline);
    Request request = prompt_request();
    request.private_because = private_because;
    backend_->submit(std::move(request), outcome_.done());
    return outcome_;
  }
  HeldCalls calls_;
  CallOutcome outcome_;
  std::unique_ptr<Backend> backend_;
};

TEST_F(EgressGuard, OfflineNoCloudIsAsked) {
  EXPECT_EQ(ask(Location::cloud, true).error(),
            (Error{ErrorClass::withheld, "offline",
                   "backend 'far' is in the cloud, and --offline lets nothing leave this machine"}));
  EXPECT_EQ(calls_.seen(), 0);
}

TEST_F(EgressGuard, WhatIsPrivateDoesNotGoToACloud) {
  EXPECT_EQ(ask(Location::cloud, false, "names a patient").error(),
            (Error{ErrorClass::withheld, "policy: private", "names a patient"}));
  EXPECT_EQ(calls_.seen(), 0);
}

TEST_F(EgressGuard, WhatIsPrivateStaysSoWithoutOffline) {
  EXPECT_EQ(ask(Location::cloud, true, "names a patient").error().message, "policy: private");
  EXPECT_EQ(calls_.seen(), 0);
}

TEST_F(EgressGuard, AnythingElseGoesToACloud) {
  ask(Location::cloud, false);
  EXPECT_EQ(calls_.seen(), 1);
}

TEST_F(EgressGuard, ALocalModelIsAskedAnything) {
  ask(Location::local, true, "names a patient");
  EXPECT_EQ(calls_.seen(), 1);
}

}  // namespace
}  // namespace docket::backends
