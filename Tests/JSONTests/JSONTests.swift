import JSON
import Testing

@Suite struct JSONTests {
    @Test(
        arguments: [
            ("0", .integer(0)), ("-0", .integer(0)), (" [ ] ", []), ("{}", [:]),
            ("[1,2.50,-3e+7]", [1, .decimal("2.50"), .decimal("-3e+7")]),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .decimal("9223372036854775808")),
            (#""a\"\\\/\b\f\n\r\tz""#, "a\"\\/\u{8}\u{c}\n\r\tz"),
            (#""\u00e9\uD83D\uDE00é😀""#, "é😀é😀"),
            (#"{"b":1,"a":{"c":[null,true,false]}}"#, ["b": 1, "a": ["c": [nil, true, false]]]),
            ("\"\u{7F}\"", "\u{7F}"),
            (#""\uD800 \uDC00 \uD83Dx \uD800\u0041""#, "\u{FFFD} \u{FFFD} \u{FFFD}x \u{FFFD}A"),
        ] as [(String, JSONValue)])
    func `reads what RFC 8259 allows`(_ text: String, _ value: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == value)
        #expect(try JSONValue(parsing: value.bytes) == value)
        #expect(try JSONValue(parsing: value.prettyBytes) == value)
    }

    @Test(arguments: [
        "", " ", "nul", "nulll", "+1", "01", "-", "-01", "1.", ".5", "1e", "1e+", "0x1", "NaN", "[1,]", "[,1]", "[1 2]",
        "[", "{", "{\"a\"}",
        "{\"a\":}", "{\"a\":1,}", "{a:1}", "{'a':1}", "\"a", "\"\\\"", "\"\\x\"", "\"\\u12g4\"",
        "\"a\nb\"", "\"\u{0}\"", "1 1", "{\"a\":1,\"a\":2}", "\u{FEFF}1", "[1]]", "/**/1", "tru",
        "1e5.2", "[\"a\",\n4",
    ])
    func `refuses everything else`(_ text: String) { #expect(throws: JSONError.self) { try JSONValue(parsing: text) } }

    @Test(arguments: [
        [0x22, 0xFF, 0x22], [0x22, 0xC0, 0xAF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0x5C, 0x6E, 0xE9, 0x22],
        [0xEF, 0xBB, 0xBF, 0x31],
    ])
    func `refuses what is not UTF-8`(_ bytes: [UInt8]) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
    }

    @Test func `has limits on depth and count`() throws {
        let limits = JSONLimits(depthMax: 3, valueCountMax: 5)
        #expect(throws: Never.self) { try JSONValue(parsing: "[[[1]]]", limits: limits) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: "[[[[]]]]", limits: limits) }
        #expect(throws: Never.self) { try JSONValue(parsing: "[1,2,3,4]", limits: limits) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: "[1,2,3,4,5]", limits: limits) }
    }

    @Test func `refuses a name that comes twice among many`() throws {
        let names = (0..<40).map { "\"k\($0)\":1" }.joined(separator: ",")
        #expect(try JSONValue(parsing: "{\(names)}").object?.members.count == 40)
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: "{\(names),\"k20\":2}") }
        #expect(error?.description.contains("\"k20\" comes twice") == true)
    }

    @Test func `cutting a text anywhere is an error, not a trap`() throws {
        let text = Array(#"{"a":[1,-2.5e3,"x\u00e9\n",true,null],"b":{"c":"日本"}}"#.utf8)
        for length in 0..<text.count {
            #expect(throws: JSONError.self) { try JSONValue(parsing: Array(text[..<length])) }
        }
        for index in text.indices {
            for byte in [UInt8](0...255) {
                var changed = text
                changed[index] = byte
                _ = try? JSONValue(parsing: changed)
            }
        }
    }

    @Test func `writes members in their order and escapes controls`() {
        let value: JSONValue = ["z": 1, "a": "\u{1}\u{2028}\"é", "n": nil]
        #expect(value.text == #"{"z":1,"a":"\u0001\u2028\"é","n":null}"#)
        #expect(
            String(decoding: (["a": [], "b": [1]] as JSONValue).prettyBytes, as: UTF8.self)
                == "{\n  \"a\": [],\n  \"b\": [\n    1\n  ]\n}\n")
        var object = JSONObject([("a", 1), ("b", 2)])
        object["a"] = 3
        object["c"] = 4
        object["b"] = nil
        #expect(JSONValue.object(object).text == #"{"a":3,"c":4}"#)
    }
}
