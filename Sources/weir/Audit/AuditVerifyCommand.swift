// `weir audit verify`: reads the whole audit log and says whether it is as Weir wrote it.

import Audit
import Gateway
import Language
import Loop
import Telemetry

struct AuditVerifyCommand: Command {
    private static let heads = Option(
        "heads", "FILE", "heads printed by earlier runs, one a line: each must still be in the log")

    static let manual = Manual(
        "verify", "finds what was edited, removed or cut off in the audit log",
        options: [ConfigurationFile.option, heads],
        notes: """
            Goes to the Redis of a running Weir. The verdict goes to standard error; of a log that is right the head
            (number and hash of the last entry) goes to standard output. Who can write to Redis can make up a log
            that is right in itself, but not one that has the heads you noted elsewhere:
              weir audit verify --heads audit.heads >> audit.heads
            """)

    private let file: ConfigurationFile
    private let heads: [AuditHead]

    init(_ arguments: Arguments) throws(CommandError) {
        file = try ConfigurationFile(named: arguments[ConfigurationFile.option])
        heads = try arguments[Self.heads].map { (path) throws(CommandError) in try Self.heads(in: path) } ?? []
    }

    private static func heads(in path: String) throws(CommandError) -> [AuditHead] {
        let file = try orFail { () throws(SourceFault) in try SourceFile.read(path: path) }
        var heads: [AuditHead] = []
        for (index, line) in String(decoding: file.bytes, as: UTF8.self).split(separator: "\n").enumerated() {
            guard let head = AuditHead(String(line)) else {
                throw .failed("\(path): line \(index + 1) is no head as `weir audit verify` prints it")
            }
            heads.append(head)
        }
        return heads
    }

    func run() throws(CommandError) -> ExitStatus {
        let access = try RedisAccess(file)
        let heads = heads
        return try access.run { (redis) async throws(CommandError) in
            let verdict: AuditVerdict
            do { verdict = try await AuditVerification.run(redis: redis, notes: heads) } catch {
                throw .failed("cannot read the audit log: \(error)")
            }
            return try Self.report(verdict)
        }
    }

    private static func report(_ verdict: AuditVerdict) throws(CommandError) -> ExitStatus {
        guard verdict.faults.isEmpty else {
            for fault in verdict.faults { StandardError.write(Array("error: \(fault)\n".utf8)) }
            let count = quantity(verdict.faults.count, "fault")
            let more = verdict.faults.count == AuditVerdict.faultsMax ? " and maybe more" : ""
            throw .failed("the audit log is not as Weir wrote it: \(count)\(more)")
        }
        guard let first = verdict.first else {
            StandardError.write(Array("the audit log is empty\n".utf8))
            return .success
        }
        StandardError.write(Array("the audit log is right: entries \(first) to \(verdict.head.number)\n".utf8))
        try StandardOutput.write(verdict.head.text + "\n")
        return .success
    }
}
