// What the process does to itself.

import Glibc
import Loop

/// Ends without draining. What was acknowledged is on disk.
func endProcess(code: Int32) -> Never { _exit(code) }

var processID: Int32 { getpid() }

extension EventLoop {
    static var coreCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}

/// As many connections as the system allows this user; returns how many descriptors that is.
func raiseDescriptorLimit() -> Int {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
    limit.rlim_cur = limit.rlim_max
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return Int(clamping: limit.rlim_max)
}

/// What to do about an address that cannot be listened at.
func remedy(ofBind error: StreamError) -> String {
    switch error {
    case .system(_, EACCES):
        "let Weir use ports below 1024 (setcap cap_net_bind_service=+ep, AmbientCapabilities of systemd)"
    case .system(_, EADDRNOTAVAIL): "no interface of this host has the address: give it to one"
    default: "stop what uses it"
    }
}
