internal import CLinux

/// Functions of libm that the standard library lacks.
package enum Arithmetic {
    package static func log2(_ value: Double) -> Double { clinux_log2(value) }
    package static func power(_ base: Double, _ exponent: Double) -> Double { clinux_power(base, exponent) }
}
