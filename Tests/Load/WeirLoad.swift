// The load driver of Deploy/bench: plays WeCom, or an idle crowd, against any HTTPS server on the loopback interface, counts
// exactly what became of each request, and reads the CPU time that the server spent meanwhile.
//
//     requests      callbacks, as fast as they are answered or at a fixed rate, to their answer or to their webhook
//     handshakes    TLS handshakes, full or resumed
//     deliveries    deliveries to many endpoints, appended straight to Redis, until each has come to its endpoint
//     receive       an endpoint that answers whoever comes, until standard input ends
//     idle          many connections that do nothing, until standard input ends
//     rules         the rule matcher alone
//     rules-curve   the checker, with hostile files that double in size
//
// It shares two cores with what it measures, so it is one thread over epoll and OpenSSL and uses none of Weir's event loop:
// a change of that loop must not change the measure. It prints one line of JSON. Exit status 1: the figures are void.

import Codec
import Glibc

@main
enum WeirLoad {
    static func main() {
        do {
            let arguments = try Arguments(CommandLine.arguments.dropFirst())
            raiseDescriptorLimit()
            let report =
                switch arguments.command {
                case "requests": try RequestRun(arguments).report()
                case "handshakes": try HandshakeRun(arguments).report()
                case "deliveries": try DeliveryRun(arguments).report()
                case "receive": try StandingReceiver(arguments).report()
                case "idle": try IdleCrowd(arguments).report()
                case "rules": try RuleMatching(arguments).report()
                case "rules-curve": try RuleCurve(arguments).report()
                default:
                    throw LoadFault("give one of: requests, handshakes, deliveries, receive, idle, rules, rules-curve")
                }
            emit(report.line)
            exit(report.problems.isEmpty ? 0 : 1)
        } catch {
            emit(Report([:], problems: ["\(error)"]).line)
            exit(2)
        }
    }
}

/// Why nothing could be measured.
struct LoadFault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// What a run found. With problems its figures are void.
struct Report {
    let figures: JSONValue
    let problems: [String]

    init(_ figures: JSONValue, problems: [String] = []) {
        self.figures = figures
        self.problems = problems
    }

    var line: String {
        var members = figures.object ?? []
        members.append(JSONValue.Member("problems", .array(problems.map { .string($0) })))
        return String(decoding: JSONValue.object(members).bytes, as: UTF8.self)
    }
}

extension JSONValue {
    /// Three decimals are more than any of these measurements can tell apart.
    static func rounded(_ value: Double) -> JSONValue {
        JSONNumber("\((value * 1000).rounded() / 1000)").map { .number($0) } ?? .null
    }

    static func count(_ value: Int) -> JSONValue { .number(JSONNumber(value)) }
}
