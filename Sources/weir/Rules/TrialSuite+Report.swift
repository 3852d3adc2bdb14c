// How the checking commands show the tests of rules: what fails on standard error, with the places.

import Language
import Telemetry
import Trials

extension TrialSuite {
    func print() {
        findings.print()
        for failure in report?.failures ?? [] { StandardError.write(Array((failure.rendered + "\n\n").utf8)) }
    }
}
