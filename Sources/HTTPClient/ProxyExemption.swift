import Foundation
import Glibc

/// Hosts that are asked directly where the environment names a proxy for all others.
///
/// `URLSessionConfiguration.connectionProxyDictionary` changes nothing on Linux (Swift 6.3.1): libcurl reads the environment
/// at each request, so the exemption is made there, for the whole process.
public enum ProxyExemption {
    /// Adds the host of `url`. Does nothing where no proxy is named or `no_proxy` has the host already.
    ///
    /// It writes the environment (setenv(3)), which other threads must not be reading: for programs of one request at a time.
    public static func add(hostOf url: String) {
        let environment = ProcessInfo.processInfo.environment
        let proxies = ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
        guard proxies.contains(where: { environment[$0]?.isEmpty == false }),
            let host = URL(string: url)?.host, !host.isEmpty,
            let list = list(environment["no_proxy"] ?? environment["NO_PROXY"] ?? "", with: host)
        else { return }
        setenv("no_proxy", list, 1)
    }

    /// `list` with `host` in it; nil when it is there already.
    static func list(_ list: String, with host: String) -> String? {
        let hosts = list.split { $0 == "," || $0 == " " }
        guard !hosts.contains("*"), !hosts.contains(Substring(host)) else { return nil }
        return (hosts.map(String.init) + [host]).joined(separator: ",")
    }
}
