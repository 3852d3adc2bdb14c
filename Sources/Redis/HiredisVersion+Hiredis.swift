// Which hiredis Weir was built with, for `weir version --verbose`; the library does not tell which one is loaded.

import CHiredis

package enum HiredisVersion {
    package static var text: String { "\(HIREDIS_MAJOR).\(HIREDIS_MINOR).\(HIREDIS_PATCH)" }
}
