// Time zones against Python's reader of the same database.

import Codec
import TestBasics
import TestSupport
import Testing

@testable import Gateway

@Suite struct ZoneNameTests {
    /// For each zone of the system: instants, with the offset there, and when the local date next becomes another.
    private static let oracle = """
        import random, sys, zoneinfo
        from datetime import datetime, timedelta, timezone
        rng = random.Random(int(sys.argv[1]))
        def offset(zone, at):
            moment = datetime.fromtimestamp(at, zone)
            return int(moment.utcoffset().total_seconds())
        def day(zone, at): return (at + offset(zone, at)) // 86400
        def end(zone, at):
            today, low, high = day(zone, at), at, at + 2 * 86400
            # In steps, so that the first change is found also where a date comes twice.
            while day(zone, low) == today: low += 600
            high, low = low, low - 600
            while high - low > 1:
                middle = (low + high) // 2
                if day(zone, middle) == today: low = middle
                else: high = middle
            return high
        for name in sorted(zoneinfo.available_timezones()):
            if name in ('localtime', 'Factory') or name.startswith(('posix', 'right')): continue
            zone = zoneinfo.ZoneInfo(name)
            instants = [rng.randrange(-3_000_000_000, 6_000_000_000) for _ in range(12)]
            # Around changes of the clocks: those of the database, and those that its rule makes.
            for start in (0, 1_700_000_000, 2_600_000_000, 4_000_000_000):
                before = rng.randrange(start, start + 40_000_000)
                for week in range(60):
                    after = before + 604_800
                    if offset(zone, before) != offset(zone, after):
                        low, high = before, after
                        while high - low > 1:
                            middle = (low + high) // 2
                            if offset(zone, middle) == offset(zone, before): low = middle
                            else: high = middle
                        instants += [low, high]
                    before = after
            for at in instants:
                ends = end(zone, at) if rng.random() < 0.15 and at > 0 else ''
                print(name, at, offset(zone, at), ends)
        """

    @Test(
        "every zone of the system has the offsets and the midnights that Python finds, before and behind its list of changes"
    )
    func oracle() throws {
        let seed = Seed.ofThisRun
        let folder = try TemporaryFolder()
        let script = try folder.write(Self.oracle, as: "oracle.py")
        let lines = try Command.run("python3", [script, String(seed % 1_000_000)]).split(separator: "\n")
        #expect(lines.count > 5000, "the database has hundreds of zones")
        var zones: [Substring: ZoneInfo] = [:]
        var wrong: [String] = []
        for line in lines {
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            guard words.count == 4, let at = Int64(words[1]), let offset = Int(words[2]) else {
                Issue.record("\(line)")
                return
            }
            let zone = try #require(zones[words[0]] ?? ZoneName.zone(String(words[0])), "\(words[0])")
            zones[words[0]] = zone
            if zone.offset(at: at) != offset { wrong.append("\(line): \(zone.offset(at: at))") }
            if let end = Int64(words[3]), zone.endOfDay(after: at) != end {
                wrong.append("\(line): \(zone.endOfDay(after: at))")
            }
        }
        #expect(wrong.isEmpty, "\(wrong.count) of \(lines.count), seed \(seed): \(wrong.prefix(5))")
        #expect(zones.count > 300)
    }

    @Test("what is no name of a zone leads nowhere, least of all out of the folder")
    func names() {
        for name in [
            "", "Mars/Olympus", "../../../etc/passwd", "/etc/passwd", "Asia/../UTC", "Asia", "Asia/", "a\0b", "UTC ",
        ] {
            #expect(ZoneName.zone(name) == nil, "\(name)")
        }
        #expect(ZoneName.zone("UTC") == .utc)
        #expect(ZoneName.zone("Etc/GMT+8")?.offset(at: 0) == -8 * 3600)
        #expect(ZoneName.zone(ZoneName.default)?.offset(at: 1_800_000_000) == 8 * 3600)
    }

    @Test("no bytes make the reader trap, and a file that is cut is refused")
    func mutations() throws {
        let seed = Seed.ofThisRun
        var random = SplitMix64(seed: seed)
        let file = tzif()
        for count in 0...file.count {
            let cut = Array(file[..<count])
            let zone = ZoneInfo(tzif: cut.span)
            #expect((zone == nil) == (count < file.count), "\(count) of \(file.count)")
        }
        for _ in 0..<3000 {
            var bytes = file
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let zone = ZoneInfo(tzif: bytes.span) else { continue }
            for at in [Int64.min / 4, -1, 0, 1_800_000_000, 253_402_300_799] {
                _ = zone.offset(at: at)
            }
            _ = zone.endOfDay(after: Int64.random(in: 0...10_000_000_000, using: &random))
        }
    }

    /// A made-up zone with a change, a rule behind it, and data of version 1 that are passed over.
    private func tzif() -> [UInt8] {
        func header(_ transitions: UInt32, _ types: UInt32, _ characters: UInt32) -> [UInt8] {
            var bytes = Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15)
            for count in [0, 0, 0, transitions, types, characters] { bytes += big(count) }
            return bytes
        }
        func big(_ value: some FixedWidthInteger) -> [UInt8] {
            (0..<value.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
        }
        let standard = big(Int32(3600)) + [0, 0]
        let summer = big(Int32(7200)) + [1, 4]
        return header(1, 1, 4) + big(Int32(5)) + [0] + standard + Array("CET\0".utf8)
            + header(1, 2, 9) + big(Int64(1_000_000_000)) + [1] + standard + summer + Array("CET\0CEST\0".utf8)
            + Array("\nCET-1CEST,M3.5.0,M10.5.0/3\n".utf8)
    }

    @Test("the rule behind the list of changes is followed")
    func rule() throws {
        let file = tzif()
        let read = ZoneInfo(tzif: file.span)
        let zone = try #require(read)
        #expect(zone.offset(at: 999_999_999) == 3600 && zone.offset(at: 999_999_999 - 50_000_000) == 3600)
        // 2030-03-31T01:00Z and 2030-10-27T01:00Z.
        #expect(zone.offset(at: 1_901_149_199) == 3600 && zone.offset(at: 1_901_149_200) == 7200)
        #expect(zone.offset(at: 1_919_293_199) == 7200 && zone.offset(at: 1_919_293_200) == 3600)
    }
}
