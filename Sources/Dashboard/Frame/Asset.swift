import Digest

/// A file that pages load from the daemon itself. Its address changes with its content, so that it can be kept for ever.
public enum Asset: CaseIterable, Sendable {
    case style, script, icon

    /// Where it is served.
    public var path: String {
        switch self {
        case .style: "/dashboard/style.css"
        case .script: "/dashboard/live.js"
        case .icon: "/dashboard/icon.svg"
        }
    }

    /// Its media type.
    public var mediaType: String {
        switch self {
        case .style: "text/css; charset=utf-8"
        case .script: "text/javascript; charset=utf-8"
        case .icon: "image/svg+xml"
        }
    }

    /// Its content.
    public var bytes: [UInt8] {
        switch self {
        case .style: PackageResources.style_css
        case .script: PackageResources.live_js
        case .icon: PackageResources.icon_svg
        }
    }

    /// The first 16 hexadecimal digits of the content's SHA-256.
    public var version: String { Self.versions[self] ?? "" }

    private static let versions = Dictionary(
        uniqueKeysWithValues: allCases.map { asset in
            (asset, String(SHA256.digest(asset.bytes).hexadecimal.prefix(16)))
        })

    /// The address with the version.
    var link: Link {
        switch self {
        case .style: Link("/dashboard/style.css").with("v", version)
        case .script: Link("/dashboard/live.js").with("v", version)
        case .icon: Link("/dashboard/icon.svg").with("v", version)
        }
    }
}
