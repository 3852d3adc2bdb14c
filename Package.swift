// swift-tools-version: 6.2
// Weir: one executable, no package dependencies. The order of the targets is the order of the layers in ARCHITECTURE.md:
// a target may depend only on targets above it in this file.
import PackageDescription

let settings: [SwiftSetting] = [
    .strictMemorySafety(),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableExperimentalFeature("Lifetimes"),
]

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(
    of name: String, using dependencies: [Target.Dependency] = [], excluding files: [String] = []
) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.target(name: name), "TestBasics"] + dependencies, exclude: files,
        swiftSettings: settings)
}

let package = Package(
    name: "weir",
    products: [
        .executable(name: "weir", targets: ["weir"]),
        // Only Deploy/bench builds and runs it.
        .executable(name: "weir-load", targets: ["Load"]),
    ],
    targets: [
        // C
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libssl libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
        .systemLibrary(name: "CCrypt"),
        // base
        module("Codec"),
        module("Telemetry", ["Codec", "CLinux"]),
        module("Crypto", ["CCrypt", "COpenSSL", "Codec"]),
        module("Loop", ["CLinux", "COpenSSL"]),
        // protocol
        module("HTTP", ["Loop", "Codec"]),
        module("Redis", ["Codec", "Loop", "CHiredis"]),
        module("Events", ["Codec"]),
        module("WeCom", ["Codec", "Crypto", "Events"]),
        // language
        module("Language", ["Codec"]),
        module("Rules", ["Codec", "Language", "Events"]),
        // domain
        module("Gateway", ["Codec", "Crypto", "Events", "Language", "Loop", "Redis", "Telemetry", "WeCom"]),
        module(
            "Limits",
            ["Codec", "Crypto", "Events", "Gateway", "HTTP", "Language", "Loop", "Redis", "Rules", "Telemetry"]),
        module("Trials", ["Codec", "Events", "Language", "Limits", "Rules"]),
        module(
            "Ingest", ["Codec", "Crypto", "Events", "Gateway", "HTTP", "Limits", "Loop", "Redis", "Telemetry", "WeCom"]),
        module("Routing", ["Codec", "Events", "Gateway", "Language", "Loop", "Redis", "Rules", "Telemetry"]),
        module(
            "Webhooks",
            ["Codec", "Crypto", "Events", "Gateway", "HTTP", "Language", "Limits", "Loop", "Redis", "Telemetry"]),
        module("Audit", ["Codec", "Crypto", "Events", "Loop", "Redis"]),
        module("Records", ["Audit", "Codec", "Loop", "Redis"]),
        module("Vault", ["Codec", "Crypto", "Records", "Redis"]),
        module("Identity", ["Audit", "Codec", "Crypto", "HTTP", "Loop", "Records", "Redis", "Telemetry", "Vault"]),
        module("Tenancy", ["Audit", "Codec", "Crypto", "Events", "Gateway", "Loop", "Records", "Redis"]),
        module(
            "Subscriptions",
            [
                "Audit", "Codec", "Crypto", "Events", "Gateway", "HTTP", "Language", "Loop", "Records", "Redis",
                "Routing", "Rules", "Telemetry", "Vault", "Webhooks",
            ]),
        module(
            "Deliveries",
            [
                "Audit", "Codec", "Crypto", "Events", "Gateway", "Loop", "Records", "Redis", "Routing", "Rules",
                "Telemetry", "Webhooks",
            ]),
        // surface
        module(
            "API",
            [
                "Audit", "Codec", "Crypto", "Deliveries", "Events", "Gateway", "HTTP", "Identity", "Language", "Limits",
                "Loop", "Records", "Redis", "Routing", "Rules", "Subscriptions", "Telemetry", "Tenancy", "Trials",
                "Vault", "Webhooks",
            ]),
        .executableTarget(
            name: "weir",
            dependencies: [
                "API", "Audit", "CLinux", "Codec", "Crypto", "Deliveries", "Events", "Gateway", "HTTP", "Identity",
                "Ingest",
                "Language", "Limits", "Loop", "Records", "Redis", "Routing", "Rules", "Subscriptions", "Telemetry",
                "Tenancy", "Trials",
                "Vault", "WeCom", "Webhooks",
            ], swiftSettings: settings),
        // tests
        .target(name: "TestBasics", path: "Tests/TestBasics", swiftSettings: settings),
        // C, since it stands in malloc's place: the fuzzers and the bench count with it what is to allocate nothing.
        .target(name: "Allocations", path: "Tests/Allocations"),
        .target(
            name: "TestSupport", dependencies: ["Loop", "Redis"], path: "Tests/TestSupport", swiftSettings: settings),
        .target(
            name: "Fuzzers",
            dependencies: [
                "Allocations", "Codec", "Crypto", "Events", "Gateway", "HTTP", "Identity", "Language", "Redis", "Rules",
                "TestBasics", "Trials", "WeCom",
            ], path: "Tests/Fuzz/Fuzzers", swiftSettings: settings),
        tests(of: "Fuzzers"),
        .target(
            name: "Simulation",
            dependencies: [
                "Crypto", "Events", "Gateway", "HTTP", "Ingest", "Language", "Loop", "Redis", "Routing", "Rules",
                "Telemetry", "TestBasics", "Webhooks",
            ], path: "Tests/Simulation",
            // Each run counts, also in a debug build.
            swiftSettings: settings + [.unsafeFlags(["-O"], .when(configuration: .debug))]),
        .executableTarget(
            name: "simulate", dependencies: ["Simulation", "TestBasics"], path: "Tests/Simulate",
            swiftSettings: settings),
        tests(of: "Codec"),
        tests(of: "Telemetry"),
        tests(of: "Crypto"),
        tests(of: "Loop", using: ["TestSupport"]),
        tests(of: "HTTP", using: ["TestSupport"]),
        tests(of: "Redis", using: ["TestSupport"]),
        tests(of: "Events"),
        tests(of: "WeCom", excluding: ["Golden"]),
        tests(of: "Language"),
        tests(of: "Rules", using: ["Fuzzers"], excluding: ["Golden"]),
        tests(of: "Gateway", using: ["TestSupport"], excluding: ["Golden"]),
        tests(of: "Limits", using: ["TestSupport"]),
        tests(of: "Trials", using: ["Gateway"], excluding: ["Golden"]),
        tests(of: "Ingest", using: ["TestSupport"]),
        tests(of: "Routing", using: ["TestSupport"]),
        tests(of: "Webhooks", using: ["Events", "Gateway", "Language", "Loop", "Redis", "Telemetry", "TestSupport"]),
        tests(of: "Vault", using: ["Crypto", "Redis", "TestSupport"]),
        tests(
            of: "Identity",
            using: [
                "Audit", "Codec", "Crypto", "HTTP", "Loop", "Records", "Redis", "Telemetry", "TestSupport", "Vault",
            ]),
        tests(of: "Audit", using: ["Codec", "Crypto", "TestSupport"]),
        tests(of: "Records", using: ["TestSupport"]),
        tests(of: "Tenancy", using: ["TestSupport"]),
        tests(of: "Deliveries", using: ["Gateway", "Loop", "Redis", "TestSupport", "Webhooks"]),
        tests(
            of: "Subscriptions",
            using: [
                "Audit", "Codec", "Crypto", "Gateway", "Language", "Loop", "Records", "Redis", "Routing", "Telemetry",
                "TestSupport", "Vault",
            ]),
        tests(
            of: "API",
            using: [
                "Codec", "Events", "HTTP", "Identity", "Language", "Loop", "Redis", "Routing", "Rules", "TestSupport",
            ]),
        tests(of: "weir"),
        // The load driver of Deploy/bench, no part of the product.
        .executableTarget(
            name: "Load",
            dependencies: [
                "Allocations", "CLinux", "COpenSSL", "Codec", "Crypto", "Events", "HTTP", "Language", "Rules", "WeCom",
            ], path: "Tests/Load", swiftSettings: settings),
        .testTarget(name: "LoadTests", dependencies: ["Load"], swiftSettings: settings),
        .testTarget(
            name: "SimulationTests",
            dependencies: ["Gateway", "Loop", "Redis", "Simulation", "TestBasics", "TestSupport"],
            swiftSettings: settings),
        // The house rules; they mirror no module.
        .testTarget(name: "RepositoryTests", dependencies: ["Loop", "TestSupport"], swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)

// The program around the fuzzers links only under `--sanitize=fuzzer`, so it exists only for Deploy/fuzz.
if Context.environment["WEIR_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "fuzz", dependencies: ["Fuzzers"], path: "Tests/Fuzz/Driver",
            swiftSettings: settings + [.unsafeFlags(["-parse-as-library"])]))
}
