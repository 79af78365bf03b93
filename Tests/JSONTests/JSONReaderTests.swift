import JSON
import Testing

@Suite("JSONReader")
struct JSONReaderTests {
    private struct Inner: JSONObject, Equatable {
        var number = 0
        var word: String?
        mutating func members(_ json: inout JSONReader) throws(JSONError) {
            try json.member("number", &number)
            try json.member("word", &word)
        }
    }

    private struct Outer: JSONObject, Equatable {
        var inner = Inner()
        var list: [Inner] = []
        var map: [String: UInt16] = [:]
        var flag: Bool?
        mutating func members(_ json: inout JSONReader) throws(JSONError) {
            try json.member("inner", &inner)
            try json.member("list", &list)
            try json.member("map", &map)
            try json.member("flag", &flag)
            try json.flag("later")
        }
    }

    private func read<Value: JSONDecodable>(_ text: String, as type: Value.Type = Value.self) throws(JSONError) -> Value
    {
        var json = JSONReader(Array(text.utf8))
        let value = try Value(from: &json)
        try json.finish()
        return value
    }

    private func failure<Value: JSONDecodable>(_ text: String, as type: Value.Type) -> String {
        do {
            _ = try read(text, as: type)
            return "no error"
        } catch { return "\(error)" }
    }

    @Test(
        "strings are freed of their escapes",
        arguments: [
            (#""""#, ""), (#""plain""#, "plain"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
            (#""\u0041\u00e9\u20AC""#, "Aé€"), (#""\uD834\uDd1e!""#, "𝄞!"), ("\"é\\n€𝄞\"", "é\n€𝄞"),
            (#""\uDBFF\uDFFF""#, "\u{10FFFF}"),
            (#""a\u003cb\u003e\u0026""#, "a<b>&"),
        ]
    )
    func strings(text: String, expected: String) throws {
        #expect(try read(text, as: String.self) == expected)
    }

    @Test("what the writer escapes, the reader gives back")
    func stringRoundTrip() throws {
        let all = String(String.UnicodeScalarView((1..<0x3000).compactMap(Unicode.Scalar.init)))
        var writer = JSONWriter()
        writer.string(all)
        var json = JSONReader(writer.bytes)
        #expect(try json.text() == all)
    }

    @Test("a NUL character is refused where a system call may get it, and only there")
    func nul() throws {
        #expect(failure(#""a\u0000b""#, as: String.self) == "must not contain a NUL character")
        var json = JSONReader(Array(#""a\u0000b""#.utf8))
        #expect(try json.string() == "a\u{0}b")
    }

    @Test("integers are exact up to the ends of their types")
    func integers() throws {
        #expect(try read("-9223372036854775808", as: Int64.self) == .min)
        #expect(try read("9223372036854775807", as: Int64.self) == .max)
        #expect(try read("18446744073709551615", as: UInt64.self) == .max)
        #expect(try read("4294967295", as: UInt32.self) == .max)
        #expect(try read("-0", as: Int64.self) == 0)
        #expect(try read(" 0 ", as: UInt16.self) == 0)
    }

    @Test(
        "what is no integer of the type is refused with its range",
        arguments: [
            ("4294967296", "4294967296 is out of range (0 to 4294967295)"),
            ("-1", "-1 is out of range (0 to 4294967295)"),
            ("-0", "-0 is out of range (0 to 4294967295)"),
            ("18446744073709551616", "18446744073709551616 is out of range (0 to 4294967295)"),
            ("1.0", "expected an integer, not 1.0"), ("1e3", "expected an integer, not 1e3"),
            (#""1""#, "expected a number, not a string"), ("null", "expected a number, not null"),
            ("true", "expected a number, not a boolean"), ("{}", "expected a number, not an object"),
            ("[1]", "expected a number, not an array"),
            (
                String(repeating: "9", count: 50),
                "\(String(repeating: "9", count: 40))… is out of range (0 to 4294967295)"
            ),
        ]
    )
    func badIntegers(text: String, message: String) {
        #expect(failure(text, as: UInt32.self) == message)
    }

    @Test("signed ranges end where they end")
    func signedRanges() {
        let range = "(-9223372036854775808 to 9223372036854775807)"
        #expect(failure("9223372036854775808", as: Int64.self) == "9223372036854775808 is out of range \(range)")
        #expect(failure("-9223372036854775809", as: Int64.self) == "-9223372036854775809 is out of range \(range)")
    }

    @Test("members are found as written, else without regard to ASCII case")
    func names() throws {
        #expect(try read(#"{"number":1,"word":"a"}"#, as: Inner.self) == Inner(number: 1, word: "a"))
        #expect(try read(#"{"NUMBER":1,"Word":"a"}"#, as: Inner.self) == Inner(number: 1, word: "a"))
        #expect(try read(#"{"\u006eumber":1,"wor\u0044":"a"}"#, as: Inner.self) == Inner(number: 1, word: "a"))
        #expect(try read(#"{"numbe":1,"numbers":2,"number ":3,"[umber":4}"#, as: Inner.self) == Inner())
        #expect(try read(#"{"INNER":{"Number":3},"list":[{"number":4}]}"#, as: Outer.self).inner.number == 3)
    }

    @Test("of equal keys the last wins, and objects add up, as in Go")
    func duplicates() throws {
        #expect(try read(#"{"number":1,"number":2}"#, as: Inner.self).number == 2)
        #expect(try read(#"{"number":1,"Number":2}"#, as: Inner.self).number == 2)
        let outer = try read(
            #"{"inner":{"number":1},"inner":{"word":"a"},"map":{"a":1},"map":{"b":2}}"#,
            as: Outer.self
        )
        #expect(outer.inner == Inner(number: 1, word: "a"))
        #expect(outer.map == ["a": 1, "b": 2])
        #expect(try read(#"{"list":[{},{}],"list":[{}]}"#, as: Outer.self).list.count == 1)
    }

    @Test("null means absent, and so does an empty string where there may be none")
    func null() throws {
        #expect(try read(#"{"inner":null,"list":null,"map":null,"flag":null,"later":null}"#, as: Outer.self) == Outer())
        #expect(try read(#"{"flag":true,"flag":null,"list":[{}],"list":null}"#, as: Outer.self) == Outer())
        #expect(try read(#"{"word":""}"#, as: Inner.self).word == nil)
    }

    @Test("unknown members are skipped, and still have to be JSON")
    func unknown() throws {
        #expect(try read(#"{"x":{"number":9,"y":[1,{"z":null}]},"number":1}"#, as: Inner.self).number == 1)
        #expect(failure(#"{"x":{"y":[1,{"z":nul}]}}"#, as: Inner.self) == "x.y[1].z: expected null (line 1, column 19)")
        #expect(failure(#"{"x":"\ud800"}"#, as: Inner.self) == "x: lone surrogate in a string (line 1, column 7)")
    }

    @Test(
        "errors name the path",
        arguments: [
            (#"{"inner":{"number":"1"}}"#, "inner.number: expected a number, not a string"),
            (#"{"INNER":{"Number":"1"}}"#, "inner.number: expected a number, not a string"),
            (#"{"list":[{},{"word":1}]}"#, "list[1].word: expected a string, not a number"),
            (#"{"list":{}}"#, "list: expected an array, not an object"),
            (#"{"list":[1]}"#, "list[0]: expected an object, not a number"),
            (#"{"map":{"a":65536}}"#, "map.a: 65536 is out of range (0 to 65535)"),
            (#"{"map":{"a.b/c":-1}}"#, #"map["a.b/c"]: -1 is out of range (0 to 65535)"#),
            (#"{"map":{"":-1}}"#, #"map[""]: -1 is out of range (0 to 65535)"#),
            (#"{"map":{"a\nb":"x"}}"#, #"map["a\nb"]: expected a number, not a string"#),
            (#"{"map":{"a\u0000":1}}"#, #"map["a\u0000"]: must not contain a NUL character"#),
            (#"{"flag":"yes"}"#, "flag: expected true or false, not a string"),
            (#"{"flag":yes}"#, "flag: expected true or false, not y (line 1, column 9)"),
            ("[]", "expected an object, not an array"),
            ("{\n  \"inner\": {\n\t\"number\" 1", "inner.number: expected : after the key, not 1 (line 3, column 11)"),
            (#"{"inner":{"number":1]}"#, "inner.number: expected , or }, not ] (line 1, column 21)"),
            (#"{"inner":"#, "inner: unexpected end (line 1, column 10)"), ("", "unexpected end (line 1, column 1)"),
            ("{é}", "expected a key, not é (line 1, column 2)"),
            ("{} {}", "unexpected text after the end (line 1, column 4)"),
            (#"{"flag":tru}"#, "flag: expected true (line 1, column 9)"),
            (#"{"inner":{"number":01}}"#, "inner.number: a number must not start with 0 (line 1, column 22)"),
        ]
    )
    func paths(text: String, message: String) {
        #expect(failure(text, as: Outer.self) == message)
    }

    @Test("keys from outside do not fill the log")
    func longKeys() {
        let key = String(repeating: "k", count: 1 << 20)
        let message = failure("{\"map\":{\"\(key)\":true}}", as: Outer.self)
        #expect(message == "map[\"\(key.prefix(64))…\"]: expected a number, not a boolean")
    }

    @Test("offset and line say where a syntax error is")
    func position() throws {
        var json = JSONReader(Array("[\n1,\n@]".utf8))
        let error = #expect(throws: JSONError.self) { try json.skip() }
        #expect(error?.offset == 5)
        #expect(error?.line == 3)
        #expect(error?.column == 1)
        #expect(error?.path == "[1]")
    }

    @Test(
        "a flagged member counts where it is set to something",
        arguments: [
            ("null", false), (#""""#, false), ("[ ]", false), ("{\n}", false), (#""x""#, true), ("[0]", true),
            (#"{"a":null}"#, true),
            ("0", true), ("false", true),
        ]
    )
    func flags(value: String, isSet: Bool) throws {
        var json = JSONReader(Array("{\"list\": [], \"LATER\" : \(value) }".utf8))
        _ = try Outer(from: &json)
        #expect(json.flagged == (isSet ? ["later"] : []))
    }

    @Test("strings of a megabyte are read whole")
    func largeStrings() throws {
        let plain = String(repeating: "x", count: 1 << 20)
        #expect(try read("\"\(plain)\"", as: String.self) == plain)
        #expect(try read("\"\(String(repeating: "\\u20ac", count: 1 << 18))\"", as: String.self).utf8.count == 3 << 18)
    }
}
