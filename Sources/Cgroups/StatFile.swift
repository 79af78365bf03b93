internal import Linux
internal import OCI

/// The file formats of cgroupfs.
enum StatFile {
    /// A number; `max` is `UInt64.max`, and a negative one, which v1's counters can be by mistake, 0. nil if the file
    /// is not there.
    static func number(_ path: String) throws(RuntimeError) -> UInt64? {
        guard let text = try CgroupFile.readIfPresent(path) else { return nil }
        return try parsed(firstLine(text), path)
    }

    static func parsed(_ text: some StringProtocol, _ path: String) throws(RuntimeError) -> UInt64 {
        if text == "max" { return .max }
        if let value = UInt64(text) { return value }
        if text.hasPrefix("-") { return 0 }
        throw RuntimeError(.kernel, "unable to parse \(path): \"\(text)\" is no number")
    }

    /// Lines of a key and a number (memory.stat, cpu.stat). Empty if the file is not there.
    static func pairs(_ path: String) throws(RuntimeError) -> [String: UInt64]? {
        guard let text = try CgroupFile.readIfPresent(path) else { return nil }
        var result: [String: UInt64] = [:]
        for line in text.split(separator: "\n") {
            guard let space = line.firstIndex(of: " ") else {
                throw RuntimeError(.kernel, "unable to parse \(path): line \"\(line)\" is not in \"key value\" format")
            }
            result[String(line[..<space])] = try parsed(line[line.index(after: space)...], path)
        }
        return result
    }

    /// Numbers between spaces.
    static func numbers(_ path: String) throws(RuntimeError) -> [UInt64] {
        var result: [UInt64] = []
        for word in words(try CgroupFile.readIfPresent(path) ?? "") { result.append(try parsed(word, path)) }
        return result
    }

    /// `0-2,7`
    static func list(_ path: String) throws(RuntimeError) -> [UInt16] {
        guard let text = try CgroupFile.readIfPresent(path) else { return [] }
        var result: [UInt16] = []
        for part in firstLine(text).split(separator: ",") {
            let ends = part.split(separator: "-", maxSplits: 1)
            guard let first = UInt16(ends[0]), let last = UInt16(ends[ends.count - 1]), first <= last else {
                throw RuntimeError(.kernel, "unable to parse \(path): bad range \"\(part)\"")
            }
            result += first...last
        }
        return result
    }

    /// `some avg10=0.00 avg60=0.00 avg300=0.00 total=0`; nil where the kernel does not measure.
    static func pressure(_ path: String) throws(RuntimeError) -> CgroupStats.Pressure? {
        var content: String?
        do { content = try CgroupFile.readIfPresent(path) } catch {
            // A kernel that has it switched off (psi=0) may say so only when it is read.
            if error.errno != .notSupported { throw error }
        }
        guard let text = content else { return nil }
        var result = CgroupStats.Pressure()
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ")
            var share = CgroupStats.Pressure.Share()
            for field in fields.dropFirst() {
                let pair = field.split(separator: "=", maxSplits: 1)
                guard pair.count == 2, set(&share, String(pair[0]), pair[1]) else {
                    throw RuntimeError(.kernel, "unable to parse \(path): invalid psi data \"\(field)\"")
                }
            }
            if fields.first == "some" { result.some = share }
            if fields.first == "full" { result.full = share }
        }
        return result
    }

    private static func set(_ share: inout CgroupStats.Pressure.Share, _ key: String, _ text: Substring) -> Bool {
        guard key != "total" else {
            share.total = UInt64(text) ?? 0
            return UInt64(text) != nil
        }
        guard let value = Double(text) else { return false }
        switch key {
        case "avg10": share.avg10 = value
        case "avg60": share.avg60 = value
        case "avg300": share.avg300 = value
        default: break
        }
        return true
    }

    /// `mlx4_0 hca_handle=2 hca_object=max`
    static func rdma(_ path: String) throws(RuntimeError) -> [CgroupStats.RdmaEntry] {
        var result: [CgroupStats.RdmaEntry] = []
        for line in (try CgroupFile.readIfPresent(path) ?? "").split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard let device = fields.first else { continue }
            var entry = CgroupStats.RdmaEntry(device: String(device))
            for field in fields.dropFirst() {
                let pair = field.split(separator: "=", maxSplits: 1)
                let value = pair.count == 2 ? (pair[1] == "max" ? UInt32.max : UInt32(pair[1]) ?? 0) : 0
                if pair.first == "hca_handle" { entry.hcaHandles = value }
                if pair.first == "hca_object" { entry.hcaObjects = value }
            }
            result.append(entry)
        }
        return result
    }

    /// The sizes of huge pages as cgroup files name them, from the folders of /sys/kernel/mm/hugepages.
    static func hugePageSizes(in folder: String = "/sys/kernel/mm/hugepages") -> [String] {
        var names: [String] = []
        ignoreFailure { () throws(RuntimeError) in
            let directory = try CgroupFile.open(folder, [.read, .directory])
            names = try attempt("read \(folder)") { () throws(Errno) in try directory.entries() }
        }
        return names.compactMap { hugePageSize($0) }.sorted()
    }

    /// `hugepages-2048kB` is `2MB`.
    static func hugePageSize(_ name: String) -> String? {
        guard name.hasPrefix("hugepages-"), name.hasSuffix("kB"), let size = Int(name.dropFirst(10).dropLast(2)) else {
            return nil
        }
        if size >= 1 << 20 { return "\(size >> 20)GB" }
        return size >= 1 << 10 ? "\(size >> 10)MB" : "\(size)KB"
    }

    static func words(_ text: String) -> [Substring] { text.split { $0 == " " || $0 == "\n" } }
}
