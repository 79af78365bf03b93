#pragma once

/// The commit that this program was built from (`git describe`), as the build was told; "unknown" where it was not.
const char *cbuild_commit(void);
