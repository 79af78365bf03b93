// swift-tools-version: 6.3
import PackageDescription

/// Every target: the upcoming language, and no warning left standing.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .treatAllWarnings(as: .error),
]

/// What runs between `runc-swift` and the container: one thread, so no concurrency module. The release is Embedded Swift:
/// no run-time metadata, which halves memory and page faults. Tests are built in the ordinary mode.
let runtime: [SwiftSetting] =
    strict + [
        .unsafeFlags(["-Xfrontend", "-disable-implicit-concurrency-module-import"]),
        // By flags, since SwiftPM takes the feature's name for one of every configuration and drops the run path.
        .unsafeFlags(
            ["-enable-experimental-feature", "Embedded", "-Osize", "-Xfrontend", "-function-sections"],
            .when(configuration: .release)
        ),
    ]

/// Only `Linux` touches pointers, and each place says so.
let kernel: [SwiftSetting] = runtime + [.strictMemorySafety()]

let cFlags: [CSetting] = [.enableWarning("all"), .enableWarning("extra"), .treatAllWarnings(as: .error)]

/// A static, stripped executable starts like C; a test bundle cannot be linked so, hence release only. lld folds the
/// functions that Embedded Swift's specialisation makes twice.
let staticExecutable: [LinkerSetting] = [
    .unsafeFlags(
        [
            "-static-executable", "-enable-experimental-feature", "Embedded", "-use-ld=lld",
            "-Xlinker", "--gc-sections", "-Xlinker", "--icf=all", "-Xlinker", "-s",
        ],
        .when(configuration: .release)
    )
]

/// CLinux/start.c: an executable that enters containers goes on from its sealed view before the C library starts.
let sealedEntry: [LinkerSetting] = [
    .unsafeFlags(["-Xlinker", "--entry=clinux_start"], .when(configuration: .release))
]

/// What `--version` prints. The Makefile sets it: a manifest is evaluated once and remembered, so that what it could
/// find out by itself would be of an older checkout.
let commit = Context.environment["RUNC_SWIFT_COMMIT"] ?? "unknown"

let package = Package(
    name: "runc-swift",
    products: [
        .executable(name: "runc-swift", targets: ["runc-swift"]),
        .executable(name: "shim", targets: ["shim"]),
    ],
    targets: [
        .systemLibrary(name: "CSeccomp", pkgConfig: "libseccomp", providers: [.apt(["libseccomp-dev"])]),
        .systemLibrary(name: "CCap", pkgConfig: "libcap", providers: [.apt(["libcap-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CBuild", cSettings: cFlags + [.define("RUNC_SWIFT_COMMIT", to: "\"\(commit)\"")]),
        .target(name: "CLinux", cSettings: cFlags, linkerSettings: [.linkedLibrary("m")]),
        .target(name: "Linux", dependencies: ["CLinux", "CCap"], swiftSettings: kernel),
        .target(name: "JSON", swiftSettings: runtime),
        .target(name: "OCI", dependencies: ["JSON", "Linux"], swiftSettings: runtime),
        .target(name: "Cgroups", dependencies: ["OCI", "JSON", "Linux"], swiftSettings: runtime),
        .target(name: "Seccomp", dependencies: ["CSeccomp", "OCI", "Linux"], swiftSettings: runtime),
        .target(
            name: "RuntimeCore",
            dependencies: ["Cgroups", "Seccomp", "OCI", "JSON", "Linux"],
            swiftSettings: runtime
        ),
        .target(name: "CommandLine", dependencies: ["OCI", "Linux", "CBuild"], swiftSettings: runtime),
        .executableTarget(
            name: "runc-swift",
            dependencies: ["CommandLine", "RuntimeCore", "Cgroups", "Seccomp", "OCI", "JSON", "Linux"],
            swiftSettings: runtime,
            linkerSettings: staticExecutable + sealedEntry
        ),
        .target(name: "ContainerLog", dependencies: ["CZlib", "OCI", "JSON", "Linux"], swiftSettings: kernel),
        .target(name: "ShimProtocol", dependencies: ["OCI", "JSON", "Linux"], swiftSettings: runtime),
        .target(
            name: "ShimCore",
            dependencies: ["ShimProtocol", "ContainerLog", "Cgroups", "OCI", "JSON", "Linux"],
            swiftSettings: runtime
        ),
        .executableTarget(
            name: "shim",
            dependencies: [
                "CommandLine", "ShimCore", "ShimProtocol", "ContainerLog", "Cgroups", "OCI", "JSON", "Linux",
            ],
            swiftSettings: runtime,
            linkerSettings: staticExecutable
        ),
        .testTarget(name: "LinuxTests", dependencies: ["Linux", "CLinux"], swiftSettings: strict),
        .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: strict),
        .testTarget(name: "OCITests", dependencies: ["OCI", "JSON", "Linux"], swiftSettings: strict),
        .testTarget(name: "CgroupsTests", dependencies: ["Cgroups", "OCI", "JSON", "Linux"], swiftSettings: strict),
        .testTarget(
            name: "SeccompTests",
            dependencies: ["Seccomp", "CSeccomp", "OCI", "JSON", "Linux"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "RuntimeCoreTests",
            dependencies: ["RuntimeCore", "Cgroups", "Seccomp", "OCI", "JSON", "Linux"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CommandTests",
            dependencies: ["runc-swift", "CommandLine", "RuntimeCore", "Cgroups", "OCI", "JSON", "Linux"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ContainerLogTests",
            dependencies: ["ContainerLog", "OCI", "JSON", "Linux"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ShimProtocolTests",
            dependencies: ["ShimProtocol", "OCI", "JSON", "Linux"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ShimCoreTests",
            dependencies: ["ShimCore", "ShimProtocol", "ContainerLog", "OCI", "JSON", "Linux"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ShimTests",
            dependencies: ["shim", "CommandLine", "ShimCore", "ShimProtocol", "ContainerLog", "OCI", "JSON", "Linux"],
            swiftSettings: strict
        ),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu11
)
