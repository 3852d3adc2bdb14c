// Forms of values that stand in quotes: paths, addresses, URLs, networks, ports.

import Language
import Loop
import Redis

extension Cursor {
    /// As long as Linux takes them (PATH_MAX).
    fileprivate mutating func path() throws(Reported) -> String { try name("a path", countMax: 4095).value }
}

extension ValueForm<String> {
    static func path() -> ValueForm {
        ValueForm(
            text: "a path", environment: .quoted, show: SettingText.string,
            take: { cursor, _ throws(Reported) in try cursor.path() })
    }
}

extension ValueForm<[String]> {
    static func paths() -> ValueForm {
        ValueForm(
            text: "paths in `[ ]`", environment: .quotedList, show: { SettingText.list($0.map(SettingText.string)) },
            take: { cursor, name throws(Reported) in
                let list = try cursor.list(of: "paths") { cursor throws(Reported) in try cursor.path() }
                guard !list.value.isEmpty else {
                    throw cursor.error("`\(name)` needs at least one path", at: list.range)
                }
                return list.value
            })
    }
}

extension ValueForm<SocketAddress> {
    static func address() -> ValueForm {
        let hint = "write it as \"0.0.0.0:8443\", \"[::1]:8443\" or \"unix:/path\""
        return ValueForm(
            text: "an address with a port", environment: .quoted, show: { SettingText.string($0.description) },
            take: { cursor, name throws(Reported) in
                let text = try cursor.string("an address with a port")
                guard let address = SocketAddress(text.value) else {
                    throw cursor.error("`\(name)` is not an address with a port", at: text.range, hint: hint)
                }
                guard address.port != 0 else {
                    throw cursor.error("port 0 is a different port at every start", at: text.range, hint: hint)
                }
                return address
            })
    }
}

extension ValueForm<HTTPURL> {
    static func url() -> ValueForm {
        ValueForm(
            text: "a URL", environment: .quoted, show: { SettingText.string($0.text) },
            take: { cursor, _ throws(Reported) in try cursor.url().value })
    }
}

extension ValueForm<RedisAddress> {
    static func redis() -> ValueForm {
        ValueForm(
            text: "where a Redis is", environment: .quoted, show: { SettingText.string(SettingText.redis($0)) },
            take: { cursor, _ throws(Reported) in
                let text = try cursor.string("where Redis is")
                cursor.hideUser(in: text.range)
                guard let address = RedisAddress(text.value) else {
                    throw cursor.error(
                        "this is not the address of a Redis", at: text.range,
                        hint: "write `unix:/path`, `redis://[user:password@]host[:port][/database]`, or `rediss://…` "
                            + "for TLS")
                }
                return address
            })
    }
}

extension ValueForm<Secret> {
    /// Where a secret is; in the file itself it must not stand.
    static func secretPlace() -> ValueForm {
        let text = "`env:NAME` or `file:PATH`"
        return ValueForm(
            text: text, show: { $0.shown },
            take: { cursor, name throws(Reported) in
                let secret = try cursor.secret(text)
                if case .inline = secret.value {
                    throw cursor.error(
                        "`\(name)` is \(text)", at: secret.range, hint: "whoever reads this file must not have the key")
                }
                return secret.value
            })
    }
}

extension ValueForm<[ProxyExemption]> {
    static func exemptions() -> ValueForm {
        ValueForm(
            text: "networks and domains in `[ ]`", environment: .quotedList,
            show: { SettingText.list($0.map { SettingText.string($0.description) }) },
            take: { cursor, _ throws(Reported) in
                try cursor.list(of: "networks and domains") { cursor throws(Reported) in
                    let text = try cursor.string("a network or a domain")
                    do throws(ProxyExemption.Fault) {
                        return try ProxyExemption(text.value)
                    } catch let fault {
                        throw cursor.error("\(fault)", at: text.range)
                    }
                }.value
            })
    }
}

extension ValueForm<[PortRange]> {
    static func ports() -> ValueForm {
        let form = "a port such as \"443\", or a range such as \"1024-65535\""
        return ValueForm(
            text: "ports and ranges of ports in `[ ]`", environment: .quotedList,
            show: { SettingText.list($0.map { SettingText.string($0.description) }) },
            take: { cursor, name throws(Reported) in
                let list = try cursor.list(of: "ports") { cursor throws(Reported) in
                    let text = try cursor.string(form)
                    guard let range = PortRange(text.value) else {
                        throw cursor.error("this is not \(form)", at: text.range)
                    }
                    return range
                }
                guard !list.value.isEmpty else {
                    throw cursor.error("`\(name)` needs at least one port", at: list.range)
                }
                return list.value
            })
    }
}

extension ValueForm<[AddressRange]> {
    static func networks() -> ValueForm {
        ValueForm(
            text: "networks in `[ ]`", environment: .quotedList,
            show: { SettingText.list($0.map { SettingText.string($0.description) }) },
            take: { cursor, _ throws(Reported) in try cursor.networks().value })
    }
}
