import JSON
import Testing

@Suite("JSONWriter")
struct JSONWriterTests {
    private func text(indent: Int? = nil, _ write: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter(indent: indent)
        write(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private func sample(_ writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("a")
        writer.integer(-1)
        writer.key("b")
        writer.beginArray()
        writer.bool(true)
        writer.null()
        writer.beginObject()
        writer.endObject()
        writer.beginArray()
        writer.endArray()
        writer.endArray()
        writer.key("c")
        writer.beginObject()
        writer.key("d")
        writer.string("x")
        writer.endObject()
        writer.endObject()
    }

    @Test("compact text has no blanks")
    func compact() {
        #expect(text(sample) == #"{"a":-1,"b":[true,null,{},[]],"c":{"d":"x"}}"#)
    }

    @Test("indented text is laid out as Go's MarshalIndent does, empty containers on one line")
    func indented() {
        let expected = """
            {
              "a": -1,
              "b": [
                true,
                null,
                {},
                []
              ],
              "c": {
                "d": "x"
              }
            }
            """
        #expect(text(indent: 2, sample) == expected)
    }

    @Test(
        "strings are escaped as Go does, except for HTML's characters",
        arguments: [
            ("plain é 😀", "plain é 😀"), ("\"\\/", #"\"\\/"#), ("\u{8}\t\n\u{c}\r", #"\b\t\n\f\r"#),
            ("\u{0}\u{1f}\u{7f}", "\\u0000\\u001f\u{7f}"), ("<a>&", "<a>&"),
            ("\u{2028}\u{2029}\u{202a}", "\\u2028\\u2029\u{202a}"),
            ("", ""), ("end\n", #"end\n"#), ("’", "’"),
        ]
    )
    func escapes(value: String, expected: String) {
        #expect(text { $0.string(value) } == "\"\(expected)\"")
        #expect(text { $0.key(value) } == "\"\(expected)\":")
    }

    @Test(
        "doubles are written in Go's notation",
        arguments: [
            (0.0, "0"), (-0.0, "-0"), (1, "1"), (-1.5, "-1.5"), (100, "100"), (0.001, "0.001"), (0.000001, "0.000001"),
            (0.0000001, "1e-7"), (1.25e-9, "1.25e-9"), (1e20, "100000000000000000000"), (1e21, "1e+21"),
            (1.5e300, "1.5e+300"), (123456.789, "123456.789"), (.leastNonzeroMagnitude, "5e-324"), (0.1, "0.1"),
            (1e16, "10000000000000000"),
            (12345678901234568, "12345678901234568"), (.infinity, "null"), (.nan, "null"),
        ]
    )
    func doubles(value: Double, expected: String) {
        #expect(text { $0.number(value) } == expected)
    }

    @Test("integers of every width are exact")
    func integers() {
        #expect(text { $0.integer(UInt64.max) } == "18446744073709551615")
        #expect(text { $0.integer(Int64.min) } == "-9223372036854775808")
        #expect(text { $0.integer(UInt8(7)) } == "7")
    }
}
