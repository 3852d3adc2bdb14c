// The program that libFuzzer runs: picks a fuzzer by the variable WEIR_FUZZ_TARGET and feeds it. Built by Deploy/fuzz alone,
// since it links only under `--sanitize=fuzzer`, which brings `main`.

import Fuzzers
import Glibc

private func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
}

/// Says what is wrong and ends the process in a way that libFuzzer takes for a find.
private func fail(_ message: String) -> Never {
    let line = Array("\(message)\n".utf8)
    _ = unsafe Glibc.write(STDERR_FILENO, line, line.count)
    abort()
}

private let fuzzer: Fuzzer = {
    let name = environment("WEIR_FUZZ_TARGET") ?? ""
    guard let fuzzer = Fuzzer.named(name) else { fail("no fuzzer is called \"\(name)\"; see Deploy/fuzz --list") }
    return fuzzer
}()

/// With WEIR_FUZZ_PREPARE=FOLDER, writes the seeds and the dictionary of the fuzzer there, and ends.
@_cdecl("LLVMFuzzerInitialize")
func initialize(_ count: UnsafeMutableRawPointer, _ arguments: UnsafeMutableRawPointer) -> CInt {
    if environment("WEIR_FUZZ_TARGET") == "list" {
        for fuzzer in Fuzzer.table + [.canary] { unsafe puts("\(fuzzer.name)\t\(fuzzer.sizeMax)\t\(fuzzer.about)") }
        exit(0)
    }
    guard let folder = environment("WEIR_FUZZ_PREPARE") else { return 0 }
    do {
        for (number, seed) in try fuzzer.seeds().enumerated() { write(seed, to: "\(folder)/seeds/\(number)") }
    } catch {
        fail("the seeds of \(fuzzer.name) cannot be made: \(error)")
    }
    write(Array(fuzzer.dictionary.utf8), to: "\(folder)/words")
    exit(0)
}

private func write(_ bytes: [UInt8], to path: String) {
    guard let file = unsafe fopen(path, "w") else { fail("cannot write \(path)") }
    let written = unsafe fwrite(bytes, 1, bytes.count, file)
    guard unsafe fclose(file) == 0, written == bytes.count else { fail("cannot write \(path)") }
}

/// The input belongs to libFuzzer and lives as long as this call; it is copied before anything sees it.
@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    do {
        try fuzzer.check(input)
    } catch {
        fail("\(fuzzer.name): \(error)")
    }
    return 0
}
