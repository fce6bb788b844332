#include "cli/version.h"
