// Files that no model is paid to read, by their paths. Sources: the lock files and generated files that
// github-linguist's generated.rb and vendor.yml know, GitLab's own list of generated files, and the ignore lists of
// review bots; without what such lists take too much of (all JSON, all YAML, Gradle builds: there reviews pay).

/// A reason, and the paths to which it applies.
struct PathRule: Sendable {
    let reason: OmittedFile.Reason
    let traits: PathTraits

    /// The rules, the more telling reason first.
    static let all: [PathRule] = [
        PathRule(
            reason: .lockfile,
            traits: PathTraits(
                names: [
                    "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb",
                    "deno.lock", "composer.lock", "Gemfile.lock", "gems.locked", "poetry.lock", "uv.lock", "pdm.lock",
                    "Pipfile.lock", "pixi.lock", "conda-lock.yml", "go.sum", "go.work.sum", "Gopkg.lock", "glide.lock",
                    "Cargo.lock", "Package.resolved", "Podfile.lock", "Cartfile.resolved", "mix.lock", "rebar.lock",
                    "pubspec.lock", "flake.lock", "MODULE.bazel.lock", ".terraform.lock.hcl", "packages.lock.json",
                    "project.assets.json", "paket.lock", "gradle.lockfile", "buildscript-gradle.lockfile", "shard.lock",
                    "stack.yaml.lock", "cabal.project.freeze", "conan.lock", "esy.lock", "renv.lock",
                    "Chart.lock", "requirements.lock", "jsr.lock", "mise.lock", "spago.lock",
                    "vcpkg-lock.json", "dub.selections.json", "berksfile.lock", "Berksfile.lock", "Puppetfile.lock",
                ],
                folders: ["esy.lock"])
        ),
        PathRule(
            reason: .vendored,
            traits: PathTraits(
                names: [".pnp.js", ".pnp.cjs", ".pnp.loader.mjs", "gradlew", "gradlew.bat", "mvnw", "mvnw.cmd"],
                folders: [
                    "node_modules", "bower_components", "jspm_packages", "third_party", "thirdparty", "Godeps",
                    "Pods", "site-packages", "elm-stuff",
                ],
                // A shop has a folder of vendors: only what package managers fill is meant.
                roots: ["vendor"],
                places: [
                    "vendor/github.com", "vendor/bundle", "vendor/cache", "Carthage/Build", "Carthage/Checkouts",
                    ".yarn/releases", ".yarn/plugins", ".yarn/cache",
                ])
        ),
        PathRule(
            reason: .minified,
            traits: PathTraits(
                endings: [
                    ".min.js", ".min.mjs", ".min.css", "-min.js", ".bundle.js", ".chunk.js", ".chunk.css", ".map",
                ])
        ),
        PathRule(
            reason: .snapshot,
            traits: PathTraits(
                endings: [".snap", ".ambr", ".approved.txt", ".verified.txt", ".snap.new"],
                folders: ["__snapshots__", "__image_snapshots__", "vcr_cassettes", "cassettes"])
        ),
        PathRule(
            reason: .generated,
            traits: PathTraits(
                names: [".secrets.baseline", "bindata.go", "zz_generated.go"],
                endings: [
                    ".pb.go", ".pb.gw.go", ".pb.cc", ".pb.h", ".pb.swift", ".grpc.swift", "_pb2.py", "_pb2.pyi",
                    "_pb2_grpc.py", "_pb.js", "_pb.d.ts", "_grpc_pb.js", "_pb.rb", ".pbobjc.h", ".pbobjc.m", ".g.dart",
                    ".freezed.dart", ".gr.dart", ".mocks.dart", ".designer.cs", ".Designer.cs", ".Designer.vb",
                    ".designer.vb", ".feature.cs", ".g.cs", ".g.i.cs", ".generated.cs", ".generated.ts",
                    ".generated.go", ".generated.swift", "_generated.go", "_gen.go", ".gen.go", ".gen.ts",
                    "_string.go", "_easyjson.go", ".xcworkspacedata", ".xcuserstate", ".nib", ".d.ts.map",
                    ".tsbuildinfo",
                ],
                beginnings: ["zz_generated."],
                folders: ["__generated__", "generated", "xcuserdata", ".idea"],
                places: ["src/gen", "gen/proto", "dist", "build/generated"])
        ),
        PathRule(
            reason: .binary,
            traits: PathTraits(
                endings: [
                    ".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".bmp", ".ico", ".icns", ".tif", ".tiff", ".psd",
                    ".svg", ".eps", ".pdf", ".woff", ".woff2", ".ttf", ".otf", ".eot", ".mp3", ".mp4", ".mov", ".wav",
                    ".ogg", ".webm", ".zip", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".jar", ".war", ".class", ".so",
                    ".dylib", ".dll", ".exe", ".o", ".a", ".wasm", ".pyc", ".xlsx", ".docx", ".pptx", ".keystore",
                    ".p12", ".sqlite", ".db", ".onnx", ".parquet",
                ])
        ),
    ]

    private static let table = PathTable(all.map(\.traits))

    /// Why the file at `path` need not be read; nil when no rule speaks.
    static func reason(for path: String) -> OmittedFile.Reason? {
        table.first(for: PathParts(path)).map { all[$0].reason }
    }
}
