import Glibc

/// Who runs this process, for the audit log.
enum SystemUser {
    /// The user's name, or its number when it has none.
    static var name: String {
        getpwuid(getuid()).flatMap { $0.pointee.pw_name.map { String(cString: $0) } } ?? "uid \(getuid())"
    }
}
