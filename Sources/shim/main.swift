internal import Linux

// Before anything is opened: a caller may have left 0, 1 or 2 closed.
do { try StandardStreams.ensureOpen() } catch { ThisProcess.exit(1) }

ThisProcess.exit(Tool.main(ThisProcess.arguments))
