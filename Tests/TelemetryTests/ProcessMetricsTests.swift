import Testing

@testable import Telemetry

@Suite("Metrics of the process")
struct ProcessMetricsTests {
    @Test("the kernel answers all of them with sensible numbers")
    func readings() throws {
        let registry = MetricsRegistry()
        registry.registerProcess()
        var values: [String: Double] = [:]
        for line in registry.text().split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: " ")
            values[String(parts[0])] = Double(parts[1])
        }
        #expect(values.count == 5)
        #expect(try #require(values["process_cpu_seconds_total"]) > 0)
        #expect(try #require(values["process_resident_memory_bytes"]) > 1_000_000)
        let open = try #require(values["process_open_fds"])
        let limit = try #require(values["process_max_fds"])
        #expect(open >= 3 && open <= limit)
        #expect(try #require(values["process_start_time_seconds"]) > 1_700_000_000)
    }
}
