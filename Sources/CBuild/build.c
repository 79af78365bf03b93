#include "cbuild.h"

// A target of its own, since its flags change with every commit: Package.swift passes RUNC_SWIFT_COMMIT.
const char *cbuild_commit(void) { return RUNC_SWIFT_COMMIT; }
