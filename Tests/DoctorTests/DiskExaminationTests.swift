import Testing

@testable import Doctor

/// What cannot be had on every machine: other kinds of file systems. The rest is tested through the built program.
@Suite struct DiskExaminationTests {
    private static let mounts = #"""
        22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
        23 22 0:21 / /srv rw - nfs4 server:/srv rw
        24 22 0:22 / /srv/my\040books rw,noatime shared:2 master:1 - fuse.sshfs host: rw
        25 22 0:23 / /data rw - xfs /dev/sdb rw
        26 25 0:24 / /data rw - tmpfs tmpfs rw
        27 22 broken
        28 22 0:25 / /mnt rw shared:3
        """#

    @Test(arguments: [
        ("/", "ext4"), ("/home/me", "ext4"), ("/srv", "nfs4"), ("/srv/books", "nfs4"), ("/srvx", "ext4"),
        ("/srv/my books/tokens", "fuse.sshfs"), ("/srv/my books2", "nfs4"), ("/data/tokens", "tmpfs"),
        ("/mnt/a", "ext4"),
    ])
    func `the longest mount point that leads to a path, of two the later`(_ path: String, _ kind: String) {
        #expect(DiskExamination.fileSystem(of: path, in: Self.mounts) == kind)
    }

    @Test func `no mounts, no answer`() {
        #expect(DiskExamination.fileSystem(of: "/a", in: "") == nil)
        #expect(DiskExamination.fileSystem(of: "a", in: "23 22 0:21 / /srv rw - nfs4 x rw") == nil)
    }

    @Test(arguments: [
        ("ext4", Check.State.ok), ("xfs", .ok), ("btrfs", .ok), ("zfs", .ok), ("nfs4", .warning), ("cifs", .warning),
        ("tmpfs", .warning), ("overlay", .warning), ("fuse", .warning), ("fuse.sshfs", .warning), ("fuseblk", .ok),
    ])
    func `books do not belong on every kind`(_ kind: String, _ state: Check.State) {
        let check = DiskExamination.judge(kind, path: "/books")
        #expect(check.state == state && check.advice.isEmpty == (state == .ok))
    }

    @Test(
        arguments: [
            ("1: FLOCK  ADVISORY  WRITE 4711 08:01:77 0 EOF", "", 4711),
            ("1: FLOCK  ADVISORY  WRITE 4711 00:2a:77 0 EOF", "4711\n", 4711),
            ("1: FLOCK  ADVISORY  WRITE 4711 00:2a:77 0 EOF", "4712\n", nil),
            ("1: FLOCK  ADVISORY  WRITE 4711 08:01:78 0 EOF", "4711\n", nil),
            ("1: POSIX  ADVISORY  WRITE 4711 08:01:77 0 EOF", "4711\n", nil),
            ("1: -> FLOCK ADVISORY WRITE 4711 08:01:77 0 EOF", "4711\n", nil),
            ("1: POSIX ADVISORY READ 1 08:01:77 0 EOF\n2: FLOCK ADVISORY WRITE 9 08:01:77 0 EOF", "", 9),
            ("", "4711\n", nil),
            ("1: FLOCK  ADVISORY  WRITE", "", nil), ("1: FLOCK ADVISORY WRITE x 08:01:77 0 EOF", "x", nil),
        ] as [(String, String, Int?)])
    func `who holds the books`(_ locks: String, _ note: String, _ process: Int?) {
        #expect(DiskExamination.holder(inode: 77, device: 0x801, note: note, in: locks) == process)
    }
}
