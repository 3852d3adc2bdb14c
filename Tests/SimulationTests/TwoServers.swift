// The stand-in for Redis beside a real one: both get the same commands, and all replies must agree.

import Loop
import Redis
import TestSupport

@testable import Simulation

typealias Words = [[UInt8]]

func words(_ text: String...) -> Words { text.map { Array($0.utf8) } }

/// Belongs to one loop.
final class TwoServers {
    private let loop: EventLoop
    private let real: RedisClient
    private let standIn = RedisStandIn()
    private var answer: RedisValue?
    private lazy var client = standIn.connect { [unowned self] in answer = $0 }

    /// A disagreement.
    struct Difference: Error, CustomStringConvertible {
        let description: String
    }

    init(loop: EventLoop, real: RedisClient) {
        self.loop = loop
        self.real = real
        standIn.now = loop.wallMilliseconds
    }

    /// Streams whose ids do not depend on a clock: what comes behind an id of the far future counts on from there.
    static func preparation(of streams: [String]) -> [Words] {
        streams.flatMap { [words("XADD", $0, "9999999999999-0", "a", "b"), words("XDEL", $0, "9999999999999-0")] }
    }

    /// Runs the commands on both. They leave in batches, since a real server syncs each write to its disk.
    func run(_ commands: [Words]) async throws {
        var rest = commands[...]
        while !rest.isEmpty {
            let batch = Array(rest.prefix(100))
            rest = rest.dropFirst(batch.count)
            let tasks = batch.map { command in Pending(loop, real, command) }
            for (command, pending) in zip(batch, tasks) {
                answer = nil
                standIn.execute(command, for: client)
                try compare(command, Self.comparable(await pending.reply(), to: command))
            }
        }
    }

    private func compare(_ command: Words, _ expected: RedisValue) throws {
        let found = Self.comparable(answer ?? .null, to: command)
        guard found != expected else { return }
        let text = command.map { String(decoding: $0.prefix(80), as: UTF8.self) }.joined(separator: " ")
        throw Difference(description: "\(text)\n  stand-in: \(Self.text(found))\n  Redis:    \(Self.text(expected))")
    }

    /// Everything both keep.
    func compareState() async throws {
        try await run([words("KEYS", "*")])
        let keys = (answer?.array ?? []).compactMap(\.text)
        var questions: [Words] = []
        for key in keys {
            guard case let value? = standIn.value(key) else { continue }
            switch value {
            case .text: questions.append(words("GET", key))
            case .stream: questions.append(words("XRANGE", key, "-", "+"))
            case .sorted where key.contains(":members:"): questions.append(words("ZRANGEBYSCORE", key, "-inf", "+inf"))
            case .sorted: questions.append(words("ZRANGEBYSCORE", key, "-inf", "+inf", "WITHSCORES"))
            case .hash: questions.append(words("HGETALL", key))
            }
        }
        try await run(questions)
    }

    /// What must agree: of an error its first word, of unordered replies the content.
    private static func comparable(_ reply: RedisValue, to command: Words) -> RedisValue {
        switch (reply, command.first.map { String(decoding: $0, as: UTF8.self) }) {
        case (.error(let message), _): .error(String(message.prefix { $0 != " " }))
        case (.array(let values), "KEYS"): .array(values.sorted { ($0.text ?? "") < ($1.text ?? "") })
        case (.array(let values), "HGETALL"):
            .array(
                stride(from: 0, to: values.count - 1, by: 2).map { .array([values[$0], values[$0 + 1]]) }
                    .sorted { text($0) < text($1) })
        // The scores of members are times, and decide their order.
        case (.array(let values), "ZRANGEBYSCORE")
        where String(decoding: command[1], as: UTF8.self).contains(":members:"):
            .array(values.sorted { ($0.text ?? "") < ($1.text ?? "") })
        // The time until a key expires goes on.
        case (.integer(let left), "PTTL"): .integer(left.signum())
        default: reply
        }
    }

    private static func text(_ value: RedisValue) -> String {
        switch value {
        case .null: "null"
        case .integer(let number): "\(number)"
        case .bytes(let bytes): String(decoding: bytes.prefix(80), as: UTF8.self)
        case .status(let text): "+\(text)"
        case .error(let text): "-\(text)"
        case .array(let values): "[\(values.map(text).joined(separator: ", "))]"
        }
    }

    private final class Pending {
        private let gate = Gate()
        private var value: RedisValue?

        init(_ loop: EventLoop, _ client: RedisClient, _ words: Words) {
            loop.spawn { [self] in
                var command = RedisCommand(String(decoding: words[0], as: UTF8.self))
                for word in words.dropFirst() { command.append(word) }
                do throws(RedisError) {
                    value = try await client.send(command)
                } catch {
                    if case .refused(_, let message) = error {
                        value = .error(message)
                    } else {
                        value = .error("\(error)")
                    }
                }
                gate.open()
            }
        }

        func reply() async -> RedisValue {
            _ = await gate.wait()
            return value ?? .null
        }
    }
}
