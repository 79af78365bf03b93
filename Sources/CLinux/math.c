#include "clinux_math.h"

#include <math.h>

double clinux_log2(double value) { return log2(value); }

double clinux_power(double base, double exponent) { return pow(base, exponent); }
