// Values as the file writes them: the largest unit that says it exactly, strings in quotes.

import Loop
import Redis

enum SettingText {
    static func duration(_ duration: Duration) -> String {
        let milliseconds = duration.milliseconds
        for (unit, factor) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)] as [(String, Int64)]
        where milliseconds >= factor && milliseconds % factor == 0 {
            // Two days are better known as 48 hours, and one day as 24.
            if unit == "d", milliseconds < 3 * factor { continue }
            return "\(milliseconds / factor)\(unit)"
        }
        return milliseconds == 0 ? "0s" : "\(milliseconds)ms"
    }

    static func range(_ range: ClosedRange<Duration>) -> String {
        "\(duration(range.lowerBound)) to \(duration(range.upperBound))"
    }

    static func size(_ bytes: Int) -> String {
        for (unit, factor) in [("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)] where bytes >= factor {
            if bytes % factor == 0 { return "\(bytes / factor)\(unit)" }
        }
        return "\(bytes)B"
    }

    /// With the escapes of the language.
    static func string(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    static func list(_ elements: [String]) -> String {
        "[\(elements.joined(separator: ", "))]"
    }

    /// Without the password: this text is printed.
    static func redis(_ address: RedisAddress) -> String {
        switch address.place {
        case .unix(let path): return "unix:\(path)"
        case .host(let host, let port, let tls):
            let signIn = address.password == nil ? "" : "\(address.user ?? ""):••••@"
            let bracketed = host.contains(":") ? "[\(host)]" : host
            return "\(tls ? "rediss" : "redis")://\(signIn)\(bracketed):\(port)/\(address.database)"
        }
    }
}
