#pragma once

/// Sets the interface `lo` of the current network namespace up (netdevice(7) SIOCSIFFLAGS).
int clinux_raise_loopback(void);
