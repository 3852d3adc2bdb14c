// Who asks about rules while others do.

import Codec
import Events
import HTTP
import Language
import Loop
import Redis
import Routing
import Rules
import TestSupport
import Testing

@testable import API

@Suite struct RuleDeskTests {
    private static let text = RuleText(name: "main.rules", text: "route \"a\" { to webhooks }")

    private static func document(_ bytes: [UInt8]) -> JSONValue? { try? JSONValue(parsing: bytes.span) }

    private static func desk(on loop: EventLoop) throws -> RuleDesk {
        let rules = try #require(RuleSet.check([text.file]).rules)
        return RuleDesk(on: loop, running: RunningRules(rules, path: "Rules", at: .epoch)) { _, _ in [] }
    }

    @Test("one replay at a time: whoever comes meanwhile is told to come again, and gets it then")
    func replay() async throws {
        try await withRedis { loop, redis, _ in
            let desk = try Self.desk(on: loop)
            let rules = desk.running.state.rules
            func ask() async -> ProblemCode? {
                do throws(Problem) {
                    _ = try await desk.replay(rules, last: .seconds(60), changesMax: 1, on: redis)
                    return nil
                } catch {
                    return error.code
                }
            }
            let first = loop.spawn { #expect(await ask() == nil) }
            // It has begun, and waits for Redis.
            await loop.nextTurn()
            #expect(await ask() == .rulesBusy)
            await first.value
            #expect(await ask() == nil)
        }
    }

    @Test("checks wait for each other up to a number, and those beyond it are told to come again")
    func checks() async throws {
        try await onRealLoop { loop in
            let desk = try Self.desk(on: loop)
            var busy = 0
            let all = (0..<12).map { _ in
                loop.spawn {
                    do throws(Problem) {
                        let answer = try await desk.check([Self.text])
                        #expect(Self.document(answer)?["ok"] == true)
                    } catch {
                        #expect(error.code == .rulesBusy && error.retryAfter == 1)
                        busy += 1
                    }
                }
            }
            for one in all { await one.value }
            #expect(busy == 12 - 1 - 8)
        }
    }

    @Test("rules with errors are refused with the errors and their places")
    func invalid() async throws {
        try await onRealLoop { loop in
            let desk = try Self.desk(on: loop)
            let wrong = RuleText(name: "x.rules", text: "route \"a\" { when tenant = to webhooks }")
            let fault = await #expect(throws: Problem.self) { _ = try await desk.rules([wrong]) }
            #expect(fault?.code == .rulesInvalid && fault?.errors.first?.field.hasPrefix("x.rules:1:") == true)
        }
    }

    @Test("a check opens no file that the running rules do not name")
    func files() async throws {
        try await onRealLoop { loop in
            func text(_ paths: [String]) -> RuleText {
                let routes = paths.map { "route \"\($0)\" { to webhook \"https://a.example\" secret file:\($0) }" }
                return RuleText(name: "main.rules", text: routes.joined(separator: "\n"))
            }
            let rules = try #require(RuleSet.check([text(["/known"]).file]).rules)
            let running = RunningRules(rules, path: "Rules", at: .epoch)
            let desk = RuleDesk(on: loop, running: running) { $0.secretFiles.subtracting($1).sorted() }
            let answer = Self.document(try await desk.check([text(["/b", "/known", "/a"])]))
            #expect(answer?["faults"] == ["/known"] && answer?["unopened"] == ["/a", "/b"])
        }
    }
}
