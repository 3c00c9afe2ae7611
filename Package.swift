// swift-tools-version: 6.3
import PackageDescription

// No package dependency: the toolchain (Foundation, FoundationNetworking, Dispatch, Synchronization, Swift Testing)
// is the whole library. Arrows point down only; each line of `libraries` names all that a target may import of ours.

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

func library(
    _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = [], resources: [Resource] = []
) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, resources: resources, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(name: name + "Tests", dependencies: dependencies, resources: resources, swiftSettings: settings)
}

let libraries: [Target] = [
    // Pure values: no I/O, no clock, no Foundation.
    library("UTCTime"),
    library("JSON"),
    library("Digest"),
    library("Arguments"),
    library("Terminal"),
    library("HTTPWire"),
    library("Budget", ["UTCTime"]),
    library("Forecast", ["UTCTime", "Budget"], exclude: ["DESIGN.md"]),

    // One kind of I/O each.
    library("Platform", ["UTCTime"]),
    library("Journal", ["UTCTime", "Platform"]),
    // The reviews that are wanted: knows neither HTTP nor GitLab nor the books.
    library("Queue", ["UTCTime", "Platform", "Journal"], exclude: ["DESIGN.md"]),
    // What people should hear of, and how it reaches them: knows neither GitLab nor the inside of the books.
    library(
        "Alerts", ["UTCTime", "JSON", "Digest", "Budget", "Forecast", "Platform", "Journal", "HTTPClient"],
        exclude: ["DESIGN.md"]),
    library("Prices", ["UTCTime", "JSON", "Budget"], resources: [.embedInCode("model-prices.json")]),
    library("Settings", ["Arguments", "Platform"]),
    library("HTTPServer", ["UTCTime", "JSON", "Digest", "HTTPWire", "Platform"]),
    library("HTTPClient", ["UTCTime", "Platform"]),
    // Values in, HTML and SVG out.
    library(
        "Dashboard", ["UTCTime", "Digest", "Budget"],
        resources: [.embedInCode("Assets/style.css"), .embedInCode("Assets/live.js"), .embedInCode("Assets/icon.svg")]),

    // What Bursar is about.
    library("Ledger", ["UTCTime", "JSON", "Digest", "Budget", "Platform", "Journal"], exclude: ["DESIGN.md"]),
    library("Reports", ["UTCTime", "JSON", "Budget", "Forecast", "Terminal", "Platform", "Prices", "Ledger"]),
    library("GitLab", ["UTCTime", "JSON", "Digest", "HTTPClient"]),
    library("Review", ["UTCTime", "JSON", "Budget", "HTTPClient"]),

    // Composition.
    library(
        "Daemon",
        [
            "UTCTime", "JSON", "Digest", "Budget", "Terminal", "Platform", "Prices", "Settings", "HTTPWire",
            "HTTPServer", "HTTPClient",
            "Ledger", "Reports", "Queue", "GitLab", "Review", "Forecast", "Alerts", "Dashboard",
        ]),
    library(
        "Demo",
        [
            "UTCTime", "JSON", "Digest", "Budget", "Terminal", "Platform", "Settings", "HTTPWire", "HTTPServer",
            "HTTPClient", "Daemon",
        ]),

    library(
        "Doctor",
        [
            "UTCTime", "JSON", "Budget", "Platform", "Prices", "Settings", "HTTPClient", "GitLab", "Ledger",
        ]),

    // For tests alone: no product links it.
    library("Faults", ["Platform"]),
]

let package = Package(
    name: "bursar",
    products: [.executable(name: "bursar", targets: ["bursar"])],
    targets: libraries + [
        .executableTarget(
            name: "bursar",
            dependencies: [
                "Arguments", "Terminal", "UTCTime", "JSON", "Budget", "Forecast", "Platform", "Prices", "Settings",
                "Ledger", "Queue", "Reports", "Daemon", "Demo", "Doctor",
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "ledger-bench", dependencies: ["UTCTime", "Budget", "Platform", "Ledger"],
            path: "Sources/LedgerBench",
            swiftSettings: settings),
        .executableTarget(
            name: "forecast-bench", dependencies: ["UTCTime", "Forecast"], path: "Sources/ForecastBench",
            swiftSettings: settings),

        tests("UTCTime", ["UTCTime"]),
        tests("JSON", ["JSON"]),
        tests("Digest", ["Digest"]),
        tests("Arguments", ["Arguments"]),
        tests("Terminal", ["Terminal"]),
        tests("HTTPWire", ["HTTPWire"]),
        // Random budgets and calls, and what the rules say of them, for the tests of every door to the books.
        .target(
            name: "TestBudgets", dependencies: ["Budget", "UTCTime"], path: "Tests/TestBudgets", swiftSettings: settings
        ),
        tests("Budget", ["Budget", "UTCTime", "TestBudgets"]),
        tests("Forecast", ["Forecast", "forecast-bench", "Budget", "UTCTime"]),
        tests("Platform", ["Platform", "UTCTime"]),
        tests("Prices", ["Prices", "Budget", "UTCTime", "JSON"]),
        tests("Settings", ["Settings", "Platform"]),
        tests("HTTPServer", ["HTTPServer", "HTTPWire", "JSON", "Platform", "UTCTime"]),
        tests("HTTPClient", ["HTTPClient", "HTTPServer", "HTTPWire", "Platform", "UTCTime"]),
        // A disk that fails and forgets, for the tests of whatever must not.
        .target(name: "TestDisk", dependencies: ["Platform"], path: "Tests/TestDisk", swiftSettings: settings),
        tests("Ledger", ["Ledger", "Budget", "Platform", "UTCTime", "JSON", "TestDisk", "TestBudgets"]),
        tests("Queue", ["Queue", "Platform", "Journal", "UTCTime", "TestDisk"]),
        tests(
            "Alerts",
            [
                "Alerts", "HTTPClient", "HTTPServer", "HTTPWire", "Budget", "Forecast", "JSON", "Platform", "UTCTime",
                "TestDisk", "Faults",
            ]),
        tests(
            "Reports", ["Reports", "Forecast", "Prices", "Ledger", "Budget", "Platform", "UTCTime", "JSON", "TestDisk"]),
        tests(
            "GitLab",
            ["GitLab", "HTTPClient", "HTTPServer", "HTTPWire", "JSON", "Digest", "Platform", "UTCTime", "Faults"],
            resources: [.copy("Payloads")]),
        tests(
            "Review", ["Review", "HTTPClient", "HTTPServer", "HTTPWire", "Budget", "JSON", "Platform", "UTCTime"],
            resources: [.copy("Diffs")]),
        tests(
            "Daemon",
            [
                "Daemon", "Demo", "Dashboard", "Forecast", "Settings", "HTTPServer", "HTTPWire", "HTTPClient", "Ledger",
                "Reports", "Budget", "JSON", "Platform", "UTCTime", "Prices", "GitLab", "Faults", "Alerts",
                "TestBudgets",
            ]),
        tests("Dashboard", ["Dashboard", "Budget", "UTCTime"]),
        tests("Doctor", ["Doctor"]),
        // Runs the built binary.
        tests(
            "CommandLine",
            [
                "bursar", "Arguments", "Demo", "Faults", "HTTPServer", "HTTPWire", "JSON", "Platform", "HTTPClient",
                "UTCTime",
            ],
            resources: [.copy("Help")]),
        // Lints what a formatter cannot: imports, banned calls, leftovers.
        tests("Repository", []),
    ],
    swiftLanguageModes: [.v6]
)
