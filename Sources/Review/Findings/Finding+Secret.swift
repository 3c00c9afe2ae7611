extension Finding {
    /// Secrets of one file that are found one by one; the last of them tells how many more there are.
    public static let secretsPerFileMax = 20

    /// The findings for the secrets of `file`, one for each on an added line. `file` and `secrets` are what
    /// `SecretScanner` made of the change: no value is in either.
    ///
    /// What was there before is no finding of this change, though it is kept from the model all the same.
    public static func secrets(_ secrets: [[FoundSecret]], in file: FileDiff) -> [Finding] {
        let added = zip(file.hunks, secrets).flatMap { hunk, found in
            found.compactMap { secret -> (DiffLine, SecretKind)? in
                guard hunk.lines.indices.contains(secret.lineIndex) else { return nil }
                let line = hunk.lines[secret.lineIndex]
                return line.kind == .added ? (line, secret.kind) : nil
            }
        }
        let more = added.count - secretsPerFileMax
        return added.prefix(secretsPerFileMax).enumerated().map { index, found in
            let isLast = more > 0 && index == secretsPerFileMax - 1
            return Finding(
                severity: .critical, kind: .secret, path: file.path, side: .new, line: found.0.newNumber,
                quote: found.0.text, title: "A secret in the code: \(found.1.words)",
                text: advice + (isLast ? " The file has \(grouped(more)) more." : ""))
        }
    }

    private static let advice = """
        Everyone who can read the repository has it, now and in its history. Revoke it at its issuer, make a new one, \
        and take that from the environment or a secret store. Found by its form, without the model, which was not \
        shown the value.
        """
}
