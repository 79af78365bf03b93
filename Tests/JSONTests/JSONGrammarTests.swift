import JSON
import Testing

/// What RFC 8259 allows and forbids, after the cases of the public JSONTestSuite. Inputs that are not UTF-8 are in
/// `JSONBytesTests`.
@Suite("JSON grammar")
struct JSONGrammarTests {
    private func check(_ text: String) throws(JSONError) {
        var json = JSONReader(Array(text.utf8))
        try json.skip()
        try json.finish()
    }

    private static let structures = [
        "[[]   ]", #"[""]"#, "[]", #"["a"]"#, "[false]", #"[null, 1, "1", {}]"#, "[null]", "[1\n]", " [1]",
        "[1,null,null,null,2]", "[2] ", "false", "42", "-0.1", "null", #""asd""#, "true", #""""#, "[\"a\"]\n", "[true]",
        " [] ", "\t\r\n{}", #"{"asd":"sdf", "dfg":"fgh"}"#, #"{"a":"b","a":"c"}"#, #"{"a":"b","a":"b"}"#, "{}",
        #"{"":0}"#,
        #"{"foo\u0000bar": 42}"#, #"{"a":[]}"#, "{\n\"a\": \"b\"\n}",
        #"{"x":[{"id": "xxxxxxxxxxxxxxxxxxxx"}], "id": "x"}"#,
    ]

    private static let numbers = [
        "123e65", "0e+1", "0e1", " 4", "-0.00000000000000000000000000000000000000000000000000000000000000001", "20e1",
        "-0",
        "-123", "-1", "1E22", "1E-2", "1E+2", "123e45", "123.456e78", "1e-2", "1e+2", "123", "123.456789",
        // Too large or too fine for any type, and still numbers.
        "123.456e-789", "0.4e00669999999999999999999999999999999999999999999999", "-1e+9999", "1.5e+9999",
        "123123e100000",
        "-123123123123123123123123123123", "100000000000000000000", #"{"min": -1.0e+28}"#,
    ]

    private static let strings = [
        #""\u0060\u012a\u12AB""#, #""\uD801\udc37""#, #""\ud83d\ude39\ud83d\udc8d""#, #""\"\\\/\b\f\n\r\t""#,
        #""\\u0000""#, #""\"""#, #""a/*b*/c/*d//e""#, #""\\a""#, #""\\n""#, #""\u0012""#, #""\uFFFF""#,
        #""\uDBFF\uDFFF""#,
        #""new\u00A0line""#, "\"\u{10FFFF}\"", "\"\u{FFFF}\"", #""\u0000""#, #""\u002c""#, "\"π\"", "\"\u{1BFFF}\"",
        "\" \"",
        #""\uD834\uDd1e""#, #""\u0821""#, #""\u0123""#, "\"\u{2028}\u{2029}\"", #""\u0061\u30af\u30EA\u30b9""#,
        "\"\u{7F}\"", #""\u005C""#, "\"⍂㈴⍂\"", #""\uDBFF\uDFFE""#, #""\uFDD0""#, #""\u0022""#, "\"€𝄞\"", "\"a\u{7F}a\"",
    ]

    @Test("what the RFC allows is read to its end", arguments: structures + numbers + strings)
    func accepts(text: String) {
        #expect(throws: Never.self) { try check(text) }
        #expect(throws: Never.self) { try check("[\(text)]") }
    }

    private static let brokenArrays = [
        "[1 true]", #"["": 1]"#, #"[""],"#, "[,1]", "[1,,2]", #"["x",,]"#, #"["x"]]"#, #"["",]"#, #"["x""#, "[x",
        "[3[4]]",
        "[1:2]", "[,]", "[-]", #"[   , ""]"#, "[\"a\",\n4\n,1,", "[1,]", "[1,,]", "[\"\u{B}a\"\\f]", "[*]", #"["""#,
        "[1,",
        "[1,\n1\n,1", "[{}", "[fals]", "[nul]", "[tru]", "[True]", "[1]x", "[1]]", #"["asd]"#, "1]", "[][]", "]", "[",
        "['",
        "[,", "[{", #"["a"#, "[1", "[ false, nul", "[ true, fals", "[ false, tru", "[<null>]", "[\u{C}]", "[\u{2060}]",
        "[\u{0}]", #"[\u000A""]"#, "[\n", "[\\n]",
    ]

    private static let brokenObjects = [
        #"["x", truth]"#, #"{[: "x"}"#, #"{"x", null}"#, #"{"x"::"b"}"#, "{🇨🇭}", #"{"a":"a" 123}"#, "{key: 'value'}",
        #"{"a" b}"#, #"{:"b"}"#, #"{"a" "b"}"#, #"{"a":"#, #"{"a""#, "{1:1}", "{9999E9999:1}", "{null:null,null:null}",
        #"{"id":0,,,,,}"#, "{'a':0}", #"{"id":0,}"#, #"{"a":"b"}/**/"#, #"{"a":"b"}//"#, #"{"a":"b"}/"#,
        #"{"a":"b",,"c":"d"}"#, #"{a: "b"}"#, #"{"a":"a"#, #"{ "foo" : "bar", "a" }"#, #"{"a":"b"}#"#, #"{"x": true,"#,
        "{}}",
        #"{"":"#, #"{"a":/*comment*/"b"}"#, #"{"a": true} "x""#, "{", "{]", "{,", "{[", #"{"a"#, "{'a'",
        #"{"asd":"asd""#,
    ]

    private static let brokenNumbers = [
        "123\u{0}", "++1234", "+1", "+Inf", "-01", "-1.0.", "-2.", "-NaN", ".-1", ".2e-3", "0.1.2", "0.3e+", "0.3e",
        "0.e1",
        "0E+", "0E", "0e+", "0e", "1.0e+", "1.0e-", "1.0e", "1 000.0", "1eE2", "2.e+3", "2.e-3", "2.e3", "9.e+", "Inf",
        "NaN",
        "１", "1+2", "0x1", "0x42", "Infinity", "0e+-1", "-123.123foo", "-Infinity", "-foo", "- 1", "-012", "-.123",
        "-1x",
        "1ea", "1.", ".123", "1.2a-3", "1.8011670033376514H-308", "012", "00", "2@", "-",
    ]

    private static let brokenStrings = [
        #""\uD800\""#, #""\uD800\u""#, #""\uD800\u1""#, #""\uD800\u1x""#, "é", "\"\\\u{0}\"", #""\x00""#, #""\\\""#,
        "\"\\\t\"",
        "\"\\🌀\"", #""\""#, #""\u00A""#, #""\uD834\uDd""#, #""\uD800\uD800\x""#, #""\a""#, #""\uqqqq""#,
        #"\u0020"asd""#,
        "\\n", "\"", "'single quote'", "abc", "\"\\", "\"a\u{0}a\"", "\"new\nline\"", "\"\t\"", #""\UA66D""#, #"""x"#,
        "", " ",
        "<.>", "aå", "*", "å", #"["\{["\{["\{["\{"#, "\u{FEFF}{}",
        // Half a pair stands for no character.
        #""\uDADA""#, #""\uD888\u1234""#, #""\uD800\n""#, #""\uDd1ea""#, #""\uD800\uD800\n""#, #""\ud800""#,
        #""\ud800abc""#,
        #""\uDd1e\uD834""#, #""\uDFAA""#, #"{"\uDFAA":0}"#,
    ]

    @Test(
        "what the RFC forbids is a syntax error",
        arguments: brokenArrays + brokenObjects + brokenNumbers + brokenStrings
    )
    func rejects(text: String) {
        let error = #expect(throws: JSONError.self) { try check(text) }
        #expect(error?.kind == .syntax)
        let nested = #expect(throws: JSONError.self) { try check("[[[\(text)") }
        #expect(nested?.kind == .syntax)
    }

    @Test("deep nesting is an error long before the stack ends", arguments: ["[", "{\"\":", "[{\"\":"])
    func depth(opening: String) {
        let error = #expect(throws: JSONError.self) { try check(String(repeating: opening, count: 100_000)) }
        #expect(error?.message == "nested more than 100 deep")
    }

    @Test("nesting up to the limit is read, one more is not")
    func depthLimit() {
        let limit = JSONReader.maximumDepth
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(throws: Never.self) { try check(nested(limit)) }
        #expect(throws: JSONError.self) { try check(nested(limit + 1)) }
    }
}

@Suite("JSON bytes")
struct JSONBytesTests {
    private func check(_ bytes: [UInt8]) throws(JSONError) {
        var json = JSONReader(bytes)
        try json.skip()
        try json.finish()
    }

    private static let notUTF8: [[UInt8]] = [
        [0xE5], [0xFF], [0x81], [0xE9], [0xE6, 0x97, 0xA5, 0xD1, 0x88, 0xFA], [0xED, 0xA0, 0x80],
        [0xF4, 0xBF, 0xBF, 0xBF],
        [0xC0, 0xAF], [0xFC, 0x83, 0xBF, 0xBF, 0xBF, 0xBF], [0xE0, 0xFF], [0xE2, 0x82], [0xB9],
    ]

    @Test("bytes that are not UTF-8 are an error in values and keys, escapes or not", arguments: notUTF8)
    func rejectsInvalidUTF8(bytes: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        let string = [quote] + bytes + [quote]
        let afterEscape = Array(#""\n"#.utf8) + bytes + [quote]
        let key = Array("{".utf8) + string + Array(":1}".utf8)
        for text in [string, afterEscape, key] {
            let error = #expect(throws: JSONError.self) { try check(text) }
            #expect(error?.message == "invalid UTF-8")
        }
        let inEscape = Array(#"["\u"#.utf8) + bytes + Array(#""]"#.utf8)
        let asNumber = Array("[12".utf8) + bytes + Array("]".utf8)
        for text in [bytes, inEscape, asNumber, Array("[a".utf8) + bytes + Array("]".utf8)] {
            #expect(throws: JSONError.self) { try check(text) }
        }
    }

    @Test("UTF-16 and a byte order mark are errors")
    func rejectsOtherEncodings() {
        for text: [UInt8] in [
            [0xFF, 0xFE, 0x5B, 0, 0x22, 0, 0xE9, 0, 0x22, 0, 0x5D, 0], [0, 0x5B, 0, 0x22, 0, 0xE9, 0, 0x22, 0, 0x5D],
            [0x5B, 0, 0x22, 0, 0xE9, 0, 0x22, 0, 0x5D, 0], [0xEF, 0xBB, 0xBF], [0xEF, 0xBB, 0x7B, 0x7D],
            [0xEF, 0xBB, 0xBF, 0x7B, 0x7D],
        ] {
            #expect(throws: JSONError.self) { try check(text) }
        }
    }

    @Test("a text that is cut anywhere is an error, never a crash")
    func everyPrefix() throws {
        let text = Array(#"{"a":[1,-2.5e+3,true,false,null,"\u0041\ud83d\ude39é"],"b":{"c":""}}"#.utf8)
        try check(text)
        for length in 0..<text.count {
            #expect(throws: JSONError.self) { try check(Array(text.prefix(length))) }
        }
    }
}
