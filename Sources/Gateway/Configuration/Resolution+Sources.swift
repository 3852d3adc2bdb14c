// A source's draft becomes a callback source: which clauses its kind needs and refuses, and what its secrets must look like.

import Codec
import Language
import Telemetry
import WeCom

extension Resolution {
    mutating func source(_ draft: SourceDraft, of tenant: String) -> CallbackSource? {
        guard let kind = draft.kind?.value else {
            if draft.isWhole {
                findings.error(
                    "\(draft.owner) has no `kind`", at: draft.name.range, hint: "`kind wecom` or `kind instance`")
            }
            return nil
        }
        refuseForeignClauses(of: draft, kind)
        let made: CallbackSource.Kind? =
            switch kind {
            case .wecom: wecomSource(draft).map { .wecom($0) }
            case .instance: instanceSource(draft).map { .instance($0) }
            }
        return made.map { CallbackSource(name: draft.name.value, tenant: tenant, kind: $0) }
    }

    private mutating func refuseForeignClauses(of draft: SourceDraft, _ kind: SourceDraft.Kind) {
        for clause in SourceDraft.Clause.allCases {
            guard let owner = clause.kind, owner != kind, let range = draft.written[clause] else { continue }
            findings.error(
                "`\(clause.rawValue)` belongs to `kind \(owner.rawValue)`, and \(draft.owner) is `kind \(kind.rawValue)`",
                at: range)
        }
    }

    // MARK: kind wecom

    private mutating func wecomSource(_ draft: SourceDraft) -> WeComSource? {
        for clause in [SourceDraft.Clause.token, .aesKey] where draft.isWhole && draft.written[clause] == nil {
            findings.error(
                "\(draft.owner) has no `\(clause.rawValue)`", at: draft.name.range,
                hint: "it stands beside the callback's URL in WeCom's console")
        }
        if draft.isWhole, draft.written[.receiveIDs] == nil {
            findings.error(
                "\(draft.owner) has no `receive-ids`", at: draft.name.range,
                hint: "the corp's id for an app, the suite's id for a suite, [\"\"] for an AI bot, [\"*\"] for any")
        }
        let current = pair(draft.keys)
        let previous = previousPair(of: draft)
        guard let current, let receiveIDs = draft.receiveIDs?.value else { return nil }
        return WeComSource(
            account: draft.account?.value ?? draft.name.value,
            credentials: CallbackCredentials(current, previous: previous, receiveIDs: ReceiveIDs(receiveIDs)),
            tolerance: tolerance(of: draft, usual: .seconds(600)))
    }

    private mutating func previousPair(of draft: SourceDraft) -> CallbackCredentials.Pair? {
        guard draft.isWhole, let keys = draft.previousKeys, let range = draft.written[.previous] else { return nil }
        if keys.token == nil { findings.error("`previous` of \(draft.owner) has no `token`", at: range) }
        if keys.aesKey == nil { findings.error("`previous` of \(draft.owner) has no `aes-key`", at: range) }
        return pair(keys)
    }

    private mutating func pair(_ keys: SourceDraft.KeyPair) -> CallbackCredentials.Pair? {
        let token = keys.token.flatMap { consoleToken($0) }
        let key = keys.aesKey.flatMap { encodingKey($0) }
        guard let token, let key else { return nil }
        return CallbackCredentials.Pair(token: token.revealed, key: key)
    }

    /// WECOM.md 1.1.
    private mutating func consoleToken(_ secret: Located<Secret>) -> Masked<String>? {
        guard let token = text(of: secret) else { return nil }
        let count = token.revealed.utf8.count
        guard count <= 32, token.revealed.utf8.allSatisfy(isLetterOrDigit) else {
            findings.error(
                "\(secret.value.subject) is no token of WeCom: it has at most 32 letters and digits", at: secret.range,
                hint: count > 32
                    ? "this one has \(count) characters" : "this one has other characters, or spaces around it")
            return nil
        }
        return token
    }

    private mutating func encodingKey(_ secret: Located<Secret>) -> EncodingAESKey? {
        guard let text = text(of: secret) else { return nil }
        do throws(EnvelopeFault) {
            return try EncodingAESKey(text.revealed)
        } catch let fault {
            findings.error("\(secret.value.subject) is refused: \(fault)", at: secret.range)
            return nil
        }
    }

    private func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    // MARK: kind instance

    private mutating func instanceSource(_ draft: SourceDraft) -> InstanceSource? {
        let ways: [SourceDraft.Clause] = [.hmac, .pathToken, .header].filter { draft.written[$0] != nil }
        if ways.count > 1, let second = draft.written[ways[1]] {
            findings.error(
                "\(draft.owner) is protected in two ways, `\(ways[0].rawValue)` and `\(ways[1].rawValue)`", at: second,
                hint: "keep the stronger: `hmac`, else `header` or `path-token` together with `allow`")
            return nil
        }
        for clause in [SourceDraft.Clause.previousHMAC, .tolerance] where draft.written[.hmac] == nil {
            guard let range = draft.written[clause] else { continue }
            findings.error("`\(clause.rawValue)` goes with `hmac`, which \(draft.owner) does not have", at: range)
        }
        guard let authentication = authentication(draft, ways.first) else { return nil }
        return InstanceSource(
            accounts: Dictionary(draft.accounts.map { ($0.key.value, $0.value.value) }, uniquingKeysWith: { $1 }),
            authentication: authentication, allowed: draft.allowed?.value ?? [])
    }

    private mutating func authentication(
        _ draft: SourceDraft, _ way: SourceDraft.Clause?
    ) -> InstanceAuthentication? {
        switch way {
        case .hmac:
            guard let secret = draft.hmac.flatMap({ hmacKey($0) }) else { return nil }
            let previous = draft.previousHMAC.flatMap { hmacKey($0) }
            return .hmac(secret, previous: previous, tolerance: tolerance(of: draft, usual: .seconds(300)))
        case .pathToken:
            return draft.pathToken.flatMap { pathToken($0) }.map { .pathToken($0) }
        case .header:
            guard let header = draft.header, let value = text(of: header.value) else { return nil }
            return .header(name: header.name.value, value: value)
        default:
            // Of a source that was read in part, nobody knows what was to protect it.
            return draft.isWhole ? .addressOnly : nil
        }
    }

    /// The bytes of the text, or those that `whsec_…` stands for, as Standard Webhooks' libraries have it.
    private mutating func hmacKey(_ secret: Located<Secret>) -> Masked<[UInt8]>? {
        guard let text = text(of: secret) else { return nil }
        guard text.revealed.hasPrefix(WebhookSecret.prefix) else { return Masked(Array(text.revealed.utf8)) }
        do throws(WebhookSecret.Fault) {
            return try WebhookSecret(text.revealed).bytes
        } catch let fault {
            findings.error("\(secret.value.subject) cannot sign callbacks: \(fault)", at: secret.range)
            return nil
        }
    }

    /// It is a segment of a path, compared byte by byte with what arrives.
    private mutating func pathToken(_ secret: Located<Secret>) -> Masked<String>? {
        guard let text = text(of: secret) else { return nil }
        guard text.revealed.utf8.allSatisfy({ isLetterOrDigit($0) || "-_.~".utf8.contains($0) }) else {
            findings.error(
                "\(secret.value.subject) cannot be part of a path: it has other characters than letters, digits, - _ . ~",
                at: secret.range)
            return nil
        }
        return text
    }

    private func tolerance(of draft: SourceDraft, usual: Duration) -> Duration? {
        switch draft.tolerance?.value {
        case .within(let duration): duration
        case .off: nil
        case nil: usual
        }
    }
}
