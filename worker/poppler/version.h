#pragma once
#include <poppler-version.h>

// This room has functions of libpoppler that took most of the time of reading text, written again. The
// program's own definitions come before those of a shared library, so libpoppler calls them in place of its
// own; they do the same, and may be left out one by one. They know what is private to poppler's classes, so
// they are for the version that they were written for; with any other one this room is empty.
#if POPPLER_VERSION_MAJOR == 22 && POPPLER_VERSION_MINOR == 12
#define DOCKET_KNOWS_POPPLER
#endif
