// The results of rule tests in the XML that CI systems read (JUnit's, as Jenkins and GitLab have it).

import Language
import Rules
import Trials

extension TrialReport {
    var junit: String {
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        text += "<testsuite name=\"rules\" tests=\"\(outcomes.count)\" failures=\"\(failedCount)\" errors=\"0\">\n"
        for outcome in outcomes {
            let range = outcome.trial.name.range
            let name = Self.escaped(outcome.trial.name.value)
            let file = Self.escaped(range.file.name)
            text += "  <testcase name=\"\(name)\" classname=\"\(file)\" file=\"\(file)\" line=\"\(range.line)\""
            guard !outcome.hasPassed else {
                text += "/>\n"
                continue
            }
            text += ">\n"
            for failure in outcome.failures {
                text +=
                    "    <failure message=\"\(Self.escaped(failure.summary))\">\(Self.escaped(failure.rendered))</failure>\n"
            }
            text += "  </testcase>\n"
        }
        return text + "</testsuite>\n"
    }

    /// Fit for an attribute and for text; what XML 1.0 has no place for becomes U+FFFD.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\n": escaped += "&#10;"
            case "\t": escaped += "&#9;"
            case "\u{FFFE}", "\u{FFFF}": escaped += "\u{FFFD}"
            case let scalar where scalar.value < 0x20: escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
