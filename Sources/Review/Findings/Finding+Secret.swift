extension Finding {
    /// The findings for the secrets of `file`, one for each on an added line. `file` and `secrets` are what
    /// `SecretScanner` made of the change: no value is in either.
    ///
    /// What was there before is no finding of this change, though it is kept from the model all the same.
    public static func secrets(_ secrets: [[FoundSecret]], in file: FileDiff) -> [Finding] {
        zip(file.hunks, secrets).flatMap { hunk, found in
            found.compactMap { secret -> Finding? in
                guard hunk.lines.indices.contains(secret.lineIndex) else { return nil }
                let line = hunk.lines[secret.lineIndex]
                guard line.kind == .added else { return nil }
                return Finding(
                    severity: .critical, kind: .secret, path: file.path, side: .new, line: line.newNumber,
                    quote: line.text, title: "A secret in the code: \(secret.kind.words)",
                    text: """
                        Everyone who can read the repository has it, now and in its history. Revoke it at its issuer, \
                        make a new one, and take that from the environment or a secret store. Found by its form, \
                        without the model, which was not shown the value.
                        """)
            }
        }
    }
}
