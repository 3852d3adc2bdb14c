import Testing

@testable import weir

@Suite struct DispatcherTests {
    private func help(_ words: String...) -> String? {
        var dispatcher = Dispatcher(CommandTable.root)
        guard case .help(let text)? = try? dispatcher.decide(words) else { return nil }
        return text
    }

    private func refusal(_ words: String...) -> (message: String, path: [String])? {
        var dispatcher = Dispatcher(CommandTable.root)
        do throws(CommandError) {
            _ = try dispatcher.decide(words)
            return nil
        } catch {
            guard case .usage(let message) = error else { return nil }
            return (message, dispatcher.path)
        }
    }

    /// The words that lead to each command and group of the table.
    private static let paths: [[String]] = {
        var paths: [[String]] = []
        func walk(_ group: CommandGroup, _ path: [String]) {
            paths.append(path)
            for entry in group.entries {
                switch entry {
                case .command: paths.append(path + [entry.name])
                case .subgroup(let inner): walk(inner, path + [entry.name])
                }
            }
        }
        walk(CommandTable.root, [])
        return paths
    }()

    @Test("help is there at every level, by --help, -h and help, and says the same", arguments: paths)
    func help(path: [String]) throws {
        var texts: Set<String> = []
        for words in [path + ["--help"], path + ["-h"], ["help"] + path] {
            var dispatcher = Dispatcher(CommandTable.root)
            guard case .help(let text) = try dispatcher.decide(words) else {
                Issue.record("\(words) is no help")
                continue
            }
            texts.insert(text)
        }
        #expect(texts.count == 1)
        let text = try #require(texts.first)
        #expect(text.hasPrefix((["weir"] + path).joined(separator: " ") + ": "))
        #expect(text.contains("Usage: " + (["weir"] + path).joined(separator: " ")))
    }

    @Test("no line of help is wider than 100 columns, nor ends in a space", arguments: paths)
    func helpWidth(path: [String]) throws {
        var dispatcher = Dispatcher(CommandTable.root)
        guard case .help(let text) = try dispatcher.decide(path + ["--help"]) else { return }
        for line in text.split(separator: "\n") {
            #expect(line.count <= 100 && line.last != " ", "\(line)")
        }
    }

    @Test("names are unique among their neighbours")
    func uniqueNames() {
        #expect(Set(Self.paths).count == Self.paths.count)
    }

    @Test("a misspelt command is refused with a guess, at its level")
    func unknown() throws {
        let top = try #require(refusal("rulse", "check"))
        #expect(top.message == "there is no command `rulse`; did you mean `rules`?")
        #expect(top.path == ["weir"])
        let inner = try #require(refusal("rules", "chekc"))
        #expect(inner.message == "there is no command `chekc`; did you mean `check`?")
        #expect(inner.path == ["weir", "rules"])
        #expect(refusal("zzzzzz")?.message.contains("there are") == true)
    }

    @Test("a group without a command says which there are")
    func missing() {
        #expect(refusal("rules")?.message.hasPrefix("give a command: check, explain") == true)
        #expect(refusal()?.message.contains("version") == true)
    }

    @Test("an option before the command is refused, but --version is understood")
    func optionFirst() throws {
        #expect(refusal("--strict", "rules")?.message.hasPrefix("the command comes first, then `--strict`") == true)
        var dispatcher = Dispatcher(CommandTable.root)
        guard case .run(let command) = try dispatcher.decide(["--version"]) else {
            Issue.record("--version is not run")
            return
        }
        #expect(command is VersionCommand)
    }
}
