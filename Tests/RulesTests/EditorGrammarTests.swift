// The grammars of editors know every word of the language, and say of each what it is.

import FoundationEssentials
import TestBasics
import Testing

@testable import Rules

@Suite("Deploy/editor")
struct EditorGrammarTests {
    /// Words, what stands before them where they are used, and the scopes that TextMate grammars have for them.
    private static let kinds: [(words: [String], before: String, scopes: [String], groups: [String])] = [
        (Vocabulary.statements + Vocabulary.testStatements, "", ["keyword.control.statement"], ["weirStatement"]),
        (Vocabulary.clauses, "", ["keyword.other.clause"], ["weirClause"]),
        (Vocabulary.targets, "to ", ["support.function.target"], ["weirTarget", "weirStatement", "weirClause"]),
        (
            Vocabulary.expectations, "", ["keyword", "constant.language"],
            ["weirTarget", "weirStatement", "weirClause", "weirParticle", "weirOperator"]
        ),
        (Vocabulary.operators, "", ["keyword.operator"], ["weirOperator"]),
        (Vocabulary.particles, "", ["keyword.other"], ["weirParticle", "weirClause"]),
        (
            Vocabulary.values, "", ["constant.language", "keyword.other", "keyword.control"],
            ["weirValue", "weirParticle", "weirTarget", "weirClause", "weirStatement"]
        ),
    ]

    @Test("the grammar of VS Code has all words")
    func textMate() throws {
        let grammar = try TextMateGrammar(Self.read("vscode/syntaxes/weir-rules.tmLanguage.json"))
        for kind in Self.kinds {
            for word in kind.words {
                let scope = grammar.scope(of: kind.before + word)
                #expect(kind.scopes.contains { scope.hasPrefix($0) }, "`\(word)` is \(scope)")
            }
        }
        for unit in Vocabulary.units {
            #expect(grammar.scope(of: "5" + unit).hasPrefix("keyword.other.unit"), "`5\(unit)`")
        }
        for (text, scope) in [
            ("# to", "comment"), ("content.to", "variable.parameter"), ("message.*", "variable.parameter"),
            ("torn", "variable.other"), ("to-do", "variable.other"), ("23:00-07:00", "constant.numeric"),
            ("env:A_1", "variable.other.constant"), ("file:/run/to", "variable.other.constant"),
            (">=", "keyword.operator"),
            ("10_000", "constant.numeric"),
        ] {
            #expect(grammar.scope(of: text).hasPrefix(scope), "`\(text)` is \(grammar.scope(of: text))")
        }
    }

    @Test("the syntax file of Vim has all words")
    func vim() throws {
        let text = String(decoding: try Self.read("vim/syntax/weirrules.vim"), as: UTF8.self)
        var groups: [String: Set<String>] = [:]
        var units: Set<String> = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            if words.starts(with: ["syntax", "keyword"]) {
                for word in words.dropFirst(3) { groups[word, default: []].insert(words[2]) }
            } else if words.starts(with: ["syntax", "match", "weirNumber"]), let start = line.firstRange(of: "(\\%|") {
                units.formUnion(
                    line[start.upperBound...].prefix { $0 != ")" }.split(separator: "|").map(String.init) + ["%"])
            }
        }
        for kind in Self.kinds {
            for word in kind.words where word.first?.isLetter == true {
                #expect(!groups[word, default: []].isDisjoint(with: kind.groups), "`\(word)`")
            }
        }
        #expect(units == Set(Vocabulary.units))
        let signs = try #require(text.firstMatch(of: /weirSign \/(.*)\/\n/)?.output.1)
        for sign in Vocabulary.operators where sign.first?.isLetter == false {
            #expect(signs.contains(sign), "`\(sign)`")
        }
    }

    @Test("the extension's files are JSON, and those it names are there")
    func manifest() throws {
        let manifest = try JSONDecoder().decode(Manifest.self, from: Data(Self.read("vscode/package.json")))
        let language = try #require(manifest.contributes.languages.first)
        #expect(language.extensions == [".rules"] && manifest.contributes.grammars.map(\.language) == [language.id])
        let settings = try Self.read("vscode/\(language.configuration)")
        #expect(try JSONDecoder().decode(Settings.self, from: Data(settings)).comments.lineComment == "#")
        for grammar in manifest.contributes.grammars {
            let scope = try TextMateGrammar(Self.read("vscode/\(grammar.path)")).scopeName
            #expect(scope == grammar.scopeName)
        }
    }

    private static func read(_ path: String) throws -> [UInt8] {
        try Array(Data(contentsOf: URL(filePath: Repository.path("Deploy/editor/\(path)"))))
    }

    private struct Manifest: Decodable {
        struct Contributions: Decodable {
            struct Language: Decodable {
                let id: String
                let extensions: [String]
                let configuration: String
            }
            struct Grammar: Decodable {
                let language: String
                let scopeName: String
                let path: String
            }
            let languages: [Language]
            let grammars: [Grammar]
        }
        let contributes: Contributions
    }

    private struct Settings: Decodable {
        struct Comments: Decodable { let lineComment: String }
        let comments: Comments
    }
}

/// As much of a TextMate grammar as it takes to say what a text by itself is.
private struct TextMateGrammar {
    let scopeName: String
    private let rules: [(regex: Regex<AnyRegexOutput>, name: String, captures: [(Int, String)])]

    private struct Rule: Decodable {
        struct Capture: Decodable { let name: String }
        let name: String?
        let include: String?
        let match: String?
        let begin: String?
        let captures: [String: Capture]?
        let patterns: [Rule]?
    }

    private struct File: Decodable {
        let scopeName: String
        let patterns: [Rule]
        let repository: [String: Rule]
    }

    init(_ json: [UInt8]) throws {
        let file = try JSONDecoder().decode(File.self, from: Data(json))
        var rules: [(Regex<AnyRegexOutput>, String, [(Int, String)])] = []
        func add(_ rule: Rule) throws {
            if let include = rule.include {
                try add(#require(file.repository[String(include.dropFirst())], "\(include) is not in the repository"))
            } else if let pattern = rule.match ?? rule.begin {
                let captures = (rule.captures ?? [:]).compactMap { key, capture in Int(key).map { ($0, capture.name) } }
                rules.append((try Regex(pattern), rule.name ?? "", captures.sorted { $0.0 > $1.0 }))
            } else {
                for inner in rule.patterns ?? [] { try add(inner) }
            }
        }
        for pattern in file.patterns { try add(pattern) }
        scopeName = file.scopeName
        self.rules = rules
    }

    /// The scope of the first rule that matches at the start of the text; only if it matches all of it.
    func scope(of text: String) -> String {
        for rule in rules {
            guard let match = try? rule.regex.prefixMatch(in: text), !match.0.isEmpty else { continue }
            // Of its captures, the last one that captured something.
            let captured = rule.captures.first { match.output[$0.0].substring?.isEmpty == false }?.1
            let scope = captured ?? rule.name
            return match.range.upperBound == text.endIndex ? scope : "\(scope) in part"
        }
        return "nothing"
    }
}
