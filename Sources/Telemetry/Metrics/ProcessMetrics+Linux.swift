// What the kernel knows of this process, under the names that Prometheus' client libraries use, so that common dashboards
// show Weir too.

import Glibc

extension MetricsRegistry {
    package func registerProcess() {
        counter("process_cpu_seconds_total", "CPU time of all threads, in user and kernel mode.") {
            ProcessReading.cpuTime()
        }
        gauge("process_resident_memory_bytes", "Memory that is in RAM.") { ProcessReading.residentBytes() }
        gauge("process_open_fds", "Open file descriptors.") { ProcessReading.openDescriptors() }
        gauge("process_max_fds", "The most file descriptors that may be open.") { ProcessReading.descriptorLimit() }
        let started = WallClock.now().components.seconds
        gauge("process_start_time_seconds", "When the process started, in Unix time.") { Double(started) }
    }
}

/// Readings at scrape time. What the kernel does not tell is NaN, which Prometheus shows as a gap.
private enum ProcessReading {
    static func cpuTime() -> Double {
        var time = timespec()
        guard unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return .nan }
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    static func residentBytes() -> Double {
        // "size resident shared text lib data dt", in pages: proc(5).
        guard let text = text(ofFile: "/proc/self/statm") else { return .nan }
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = Double(fields[1]) else { return .nan }
        return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
    }

    static func openDescriptors() -> Double {
        guard let folder = unsafe opendir("/proc/self/fd") else { return .nan }
        defer { unsafe closedir(folder) }
        var count = 0.0
        while unsafe readdir(folder) != nil { count += 1 }
        return count - 3  // ".", "..", and the folder itself
    }

    static func descriptorLimit() -> Double {
        let limit = sysconf(Int32(_SC_OPEN_MAX))
        return limit < 0 ? .infinity : Double(limit)
    }

    private static func text(ofFile path: String) -> String? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 256) { buffer, filled in
            filled = unsafe max(0, read(descriptor, buffer.baseAddress, buffer.count))
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
