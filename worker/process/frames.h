#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "backends/extraction/wire.h"

namespace docket::worker {

// Whole messages to and from the other end of a socket. False: that end has gone.

bool send_frame(int socket, Frame kind, std::string_view body);
bool send_all(int socket, std::string_view bytes);
/// What send_frame() sends, to be sent with others.
void append_frame(std::string& bytes, Frame kind, std::string_view body);
bool receive_all(int socket, char* to, std::size_t size);

}  // namespace docket::worker
