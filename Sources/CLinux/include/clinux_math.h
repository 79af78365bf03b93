#pragma once

// libm, which is no part of the Swift standard library. These functions cannot fail.

/// log2(3).
double clinux_log2(double value);
/// pow(3).
double clinux_power(double base, double exponent);
